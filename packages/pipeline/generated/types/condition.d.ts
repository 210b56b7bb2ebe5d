import type { IrCondition } from './ir/index.js';
type Texts = string | readonly string[];
declare const EVENTS: readonly ['push', 'pull_request', 'schedule', 'manual', 'api'];
type Event = (typeof EVENTS)[number];
/**
 * A condition for running a step. All members must match; a list matches if one entry does. A
 * false condition skips the step.
 */
export interface When {
    readonly event?: Event | readonly Event[];
    /** Globs over the branch; for a pull request, over its head. */
    readonly branch?: Texts;
    readonly baseBranch?: Texts;
    readonly tag?: Texts;
    /** Globs over the changed files. */
    readonly changed?: Texts;
    /** Globs over variables of the build. */
    readonly env?: Readonly<Record<string, Texts>>;
    /** Whether the build runs under `hm run` on a laptop. */
    readonly local?: boolean;
    readonly any?: readonly When[];
    readonly all?: readonly When[];
    readonly not?: When;
}
/** Makes a condition for the option `when`, and checks it. */
export declare function when(condition: When): When;
/** Returns a condition that holds when one of the given conditions holds. */
export declare function anyOf(...conditions: readonly When[]): When;
/** Returns a condition that holds when each of the given conditions holds. */
export declare function allOf(...conditions: readonly When[]): When;
/** Returns a condition that holds when the given one does not. */
export declare function not(condition: When): When;
/** Returns the condition in the form of the IR. */
export declare function conditionOf(where: string, value: unknown, nesting?: number): IrCondition;
export {};
