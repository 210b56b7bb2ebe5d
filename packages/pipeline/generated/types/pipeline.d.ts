import type { IrDocument } from './ir/index.js';
import { type Duration } from './duration.js';
import { type BuildConcurrency } from './options/concurrency.js';
import { type EnvOptions } from './options/env.js';
import { type ResourceOptions } from './options/resources.js';
import { type RetryOptions } from './options/retry.js';
import { type SecretOptions } from './options/secrets.js';
import type { Leaves } from './step.js';
/** The IR of a pipeline, without resolved cache keys. */
export type PipelineIR = IrDocument;
export interface PipelineOptions {
    readonly env?: EnvOptions;
    /** The time limit of the whole build. */
    readonly timeout?: Duration;
    /** The image of steps without a parent and without an image of their own. */
    readonly defaultImage?: string;
    /** The older spelling of `defaultImage`. */
    readonly default_image?: string;
    /** The resources of each step without its own. */
    readonly resources?: ResourceOptions;
    /** The retry policy of each step without its own. */
    readonly retry?: number | RetryOptions;
    /** The secrets of each step; the step's own override them. */
    readonly secrets?: SecretOptions;
    /** The limit on concurrent builds of a group. */
    readonly concurrency?: BuildConcurrency;
    /** Whether a new build of a branch cancels the running one. */
    readonly cancelSuperseded?: boolean;
}
/**
 * Lowers steps, lists of steps, toolchains and waits to IR (`pipeline.md` 3). Includes the steps
 * that the leaves need.
 */
export declare function pipeline(leaves: Leaves, options?: PipelineOptions): PipelineIR;
