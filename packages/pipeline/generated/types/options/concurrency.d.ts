import type { IrBuildConcurrency, IrStepConcurrency } from '../ir/index.js';
/** At most `limit` running jobs (1 when absent) in a group. */
export interface StepConcurrency {
    readonly group: string;
    readonly limit?: number;
    /**
     * Builds that share the group: those of this pipeline (by default), or all of the organization.
     */
    readonly scope?: 'pipeline' | 'organization';
}
/** At most `limit` running builds (1 when absent) in a group. */
export interface BuildConcurrency {
    /** May contain `${branch}`, `${tag}`, `${pull_request}` and `${event}`. */
    readonly group: string;
    readonly limit?: number;
    /**
     * The effect of a new build on a full group: the build waits (by default), or others are
     * canceled for it.
     */
    readonly whenFull?: 'queue' | 'cancel_waiting' | 'cancel_running';
}
export declare function stepConcurrencyOf(where: string, value: unknown): IrStepConcurrency;
export declare function buildConcurrencyOf(where: string, value: unknown): IrBuildConcurrency;
