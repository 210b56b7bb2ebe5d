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
    /** Wall clock of the whole build. */
    readonly timeout?: Duration;
    /** The image of steps that start from nothing and name none. */
    readonly defaultImage?: string;
    /** The same as `defaultImage`, as older files spell it. */
    readonly default_image?: string;
    /** For each step without its own. */
    readonly resources?: ResourceOptions;
    /** For each step without its own. */
    readonly retry?: number | RetryOptions;
    /** For each step; its own are laid over them. */
    readonly secrets?: SecretOptions;
    /** How many builds run at once, of those in a group. */
    readonly concurrency?: BuildConcurrency;
    /** A new build of a branch cancels the one that runs. */
    readonly cancelSuperseded?: boolean;
}
/**
 * Lowers steps, lists of steps, toolchains and waits to IR (`pipeline.md` 3). Finds the steps that
 * the leaves need.
 */
export declare function pipeline(leaves: Leaves, options?: PipelineOptions): PipelineIR;
