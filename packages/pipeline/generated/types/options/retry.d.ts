import { type IrRetry, RETRY_REASONS } from '../ir/index.js';
import { type Duration } from '../duration.js';
export interface RetryConditions {
    /** Retries only after one of these exit codes; `"*"`: after any. */
    readonly exitCodes?: readonly number[] | '*';
    /** Retries only after one of these signals, such as `SIGKILL`. */
    readonly signals?: readonly string[];
    /** Retries only for one of these reasons. */
    readonly reasons?: readonly RetryReason[];
    /** The delay before a further attempt, at most an hour. */
    readonly delay?: Duration;
}
export interface RetryOptions extends RetryConditions {
    /** The number of further attempts, 1 to 10. */
    readonly limit: number;
}
/** Error codes of jobs: reasons for a failure other than the command's exit code. */
export type RetryReason = (typeof RETRY_REASONS)[number];
/**
 * Makes a policy for the option `retry`: up to `limit` further attempts. Without conditions, it
 * retries after any failure.
 */
export declare function retry(limit: number, conditions?: RetryConditions): RetryOptions;
/** Reads a policy, or its limit alone, into the form of the IR. */
export declare function retryOf(where: string, value: unknown): IrRetry;
/** Reads a list of exit codes, 0 to 255. */
export declare function exitCodesOf(where: string, value: unknown): readonly number[];
