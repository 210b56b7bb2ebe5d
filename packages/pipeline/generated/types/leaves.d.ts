import type { Leaves } from './step.js';
import { type Step, type Wait } from './step.js';
/**
 * Flattens lists, and objects that stand for leaves, in source order. `where` names the call in an
 * error. Values for which `takes` returns true are left to the caller and omitted.
 */
export declare function flatLeaves(where: string, leaves: unknown, expected?: string, takes?: (value: unknown) => boolean): (Step | Wait)[];
/**
 * Returns steps, lists of them and toolchains as one flat list of leaves, for use in several
 * places.
 */
export declare function group(steps: Leaves): readonly (Step | Wait)[];
