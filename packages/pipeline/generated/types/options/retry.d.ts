import type { IrRetry } from '../ir/index.js';
import { type Duration } from '../duration.js';
export interface RetryConditions {
    /** Only after one of these exit codes; `"*"`: after any. */
    readonly exitCodes?: readonly number[] | '*';
    /** Only after one of these signals, such as `SIGKILL`. */
    readonly signals?: readonly string[];
    /** Only for one of these reasons. */
    readonly reasons?: readonly RetryReason[];
    /** How long to wait before a further attempt, at most an hour. */
    readonly delay?: Duration;
}
export interface RetryOptions extends RetryConditions {
    /** Further attempts, 1 to 10. */
    readonly limit: number;
}
/** Error codes of jobs: reasons for a failure beside the command's exit code. */
declare const REASONS: readonly ['out_of_memory', 'disk_limit', 'step_timeout', 'pipeline_timeout', 'provision_failed', 'snapshot_failed', 'artifact_missing', 'artifact_failed', 'sandbox_lost', 'build_abandoned', 'secret_missing', 'input_missing', 'service_unsupported', 'service_failed', 'service_timeout', 'service_unclean', 'split_failed'];
export type RetryReason = (typeof REASONS)[number];
/**
 * Makes a policy for the option `retry`: up to `limit` further attempts, without conditions after
 * any failure.
 */
export declare function retry(limit: number, conditions?: RetryConditions): RetryOptions;
/** Reads a policy, or its limit alone, into the form of the IR. */
export declare function retryOf(where: string, value: unknown): IrRetry;
/** Reads a list of exit codes, 0 to 255. */
export declare function exitCodesOf(where: string, value: unknown): readonly number[];
export {};
