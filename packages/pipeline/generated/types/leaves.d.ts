import type { Step, Wait } from './step.js';
/** The method by which an object stands for steps. Symbol.for: objects of another copy of the SDK are understood. */
export declare const LEAVES: unique symbol;
/** An object, such as a toolchain, that stands for its default leaves where a pipeline lists it. */
export interface StandsForLeaves {
    [LEAVES](): Leaves;
}
export type Leaf = Step | Wait | StandsForLeaves;
/** A leaf, or a list of leaves and further lists. */
export type Leaves = Leaf | readonly Leaves[];
/** Lists, and what stands for leaves, as one flat list in the order of writing. `where` names the call in the error of what is no leaf. */
export declare function flatLeaves(where: string, leaves: unknown, expected?: string): (Step | Wait)[];
/** Whether a value stands for leaves, of this or of another copy of the SDK. */
export declare function standsForLeaves(value: unknown): value is StandsForLeaves;
