import type { IrAppend } from '../ir/index.js';
/** Bounds the steps that a step adds to the build. */
export interface AppendOptions {
    /** The most of them; 1,000 by default, which is the most that can be. */
    readonly max?: number;
    /** The secrets that they may ask for; none by default. */
    readonly secrets?: readonly string[];
    /** The audiences of the tokens that they may ask for; none by default. */
    readonly idTokens?: readonly string[];
    /** The hosts that they may reach; by default those that the step itself may reach. */
    readonly egress?: readonly string[];
}
export declare function appendOf(where: string, value: unknown): IrAppend;
