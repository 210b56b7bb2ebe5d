import type { Leaves, Step, Wait } from './step.js';
/** Steps, lists of them and toolchains as one flat list of leaves, to be used in several places. */
export declare function group(steps: Leaves): readonly (Step | Wait)[];
