import type { Plan } from './plan.js';
/**
 * A member of steps that an older release must not ignore: a step would reach hosts beyond its
 * list, or a build would pass without steps that it waits for.
 */
export type Feature = 'append' | 'id_tokens' | 'egress';
/**
 * The features of this release. `hm` requests a server's features (`getAuthConfig`), and a server
 * those of its remote runners.
 */
export declare const FEATURES: readonly Feature[];
/** Members of the same kind that no release implements. They are refused, never ignored. */
export declare const MISSING_FEATURES: readonly string[];
/** Returns the features that the steps of a plan need. */
export declare function featuresOf({ steps }: Pick<Plan, 'steps'>): readonly Feature[];
