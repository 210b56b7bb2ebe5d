import type { Plan } from './plan.js';
/**
 * A member of steps that older releases ignore dangerously: a step would reach hosts beyond its
 * list, or a build would pass without the steps that it waits for.
 */
export type Feature = 'append' | 'id_tokens' | 'egress';
/**
 * The features of this release. A server tells them (`getAuthConfig`), and `hm` asks; so does a
 * server of its runners elsewhere.
 */
export declare const FEATURES: readonly Feature[];
/** Members of the same kind that no release runs yet. They are refused, never ignored. */
export declare const MISSING_FEATURES: readonly string[];
/** Returns the features that the steps of a plan need. */
export declare function featuresOf({ steps }: Pick<Plan, 'steps'>): readonly Feature[];
