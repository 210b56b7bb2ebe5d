import type { IrAppend } from '../ir/index.js';
/** Limits for the steps that a step appends to its build. */
export interface AppendOptions {
    /** The maximum number of appended steps; by default 1,000, which is also the upper limit. */
    readonly max?: number;
    /** The secrets that appended steps may use; none by default. */
    readonly secrets?: readonly string[];
    /** The audiences of the tokens that appended steps may request; none by default. */
    readonly idTokens?: readonly string[];
    /** The hosts that appended steps may reach; by default those that the step itself may reach. */
    readonly egress?: readonly string[];
}
export declare function appendOf(where: string, value: unknown): IrAppend;
