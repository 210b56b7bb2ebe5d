import type { Leaves } from './step.js';
import { type StandsForLeaves, type Step, type Wait } from './step.js';
/**
 * Flattens lists, and objects that stand for leaves, in the order of writing. `where` names the
 * call in an error. `takes` says which values are the caller's own, and left out.
 */
export declare function flatLeaves(where: string, leaves: unknown, expected?: string, takes?: (value: unknown) => boolean): (Step | Wait)[];
/** Whether a value stands for leaves, of this or of another copy of the SDK. */
export declare function standsForLeaves(value: unknown): value is StandsForLeaves;
/**
 * Returns steps, lists of them and toolchains as one flat list of leaves, for use in several
 * places.
 */
export declare function group(steps: Leaves): readonly (Step | Wait)[];
