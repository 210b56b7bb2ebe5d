import type { IrArtifact, IrCachePolicy, IrCondition, IrMatrix, IrResources, IrRetry, IrService, IrStepConcurrency } from './ir/index.js';
import { type CachePolicy } from './cache.js';
import { type When } from './condition.js';
import { type Duration } from './duration.js';
import { type StandsForLeaves } from './leaves.js';
import { type ArtifactOptions } from './options/artifacts.js';
import { type StepConcurrency } from './options/concurrency.js';
import { type EnvOptions } from './options/env.js';
import { type Input } from './options/inputs.js';
import { type ResourceOptions } from './options/resources.js';
import { type RetryOptions } from './options/retry.js';
import { type Runner } from './options/runner.js';
import { type SecretOptions } from './options/secrets.js';
import { type ServiceOptions } from './options/services.js';
import type { Step } from './step.js';
export interface StepOptions {
    /** Display name, `:emoji:` codes included; the step's key is made from it. */
    readonly label?: string;
    readonly cache?: CachePolicy;
    readonly env?: EnvOptions;
    readonly image?: string;
    readonly runner?: Runner;
    readonly runnerArgs?: Readonly<Record<string, unknown>>;
    /** Identity within the pipeline. */
    readonly key?: string;
    /** Directory of the workspace that the command runs in. */
    readonly cwd?: string;
    /** Budget of one attempt. */
    readonly timeout?: Duration;
    /** How many further attempts, or a whole policy. */
    readonly retry?: number | RetryOptions;
    /** A failure leaves the build unharmed: any one, or one with these exit codes. */
    readonly softFail?: boolean | readonly number[];
    /** Starts whatever became of what it waits for. */
    readonly continueOnFailure?: boolean;
    /** Steps to wait for, without their files. */
    readonly dependsOn?: Dependencies;
    readonly when?: When;
    readonly concurrency?: StepConcurrency;
    readonly resources?: ResourceOptions;
    readonly secrets?: SecretOptions;
    /** Files to keep after the step. */
    readonly artifacts?: string | ArtifactOptions | readonly (string | ArtifactOptions)[];
    /** Files of other steps; see `filesFrom`. */
    readonly inputs?: Input | readonly Input[];
    /** Sidecars that the command needs. */
    readonly services?: ServiceOptions | readonly ServiceOptions[];
}
export type Dependencies = Step | StandsForLeaves | readonly Dependencies[];
/** The options of a command as the IR wants them; undefined where not given, or where nothing is asked for. */
export interface CommandFields {
    readonly key?: string | undefined;
    readonly label?: string | undefined;
    readonly cache?: IrCachePolicy | undefined;
    readonly timeoutSeconds?: number | undefined;
    readonly image?: string | undefined;
    readonly runner?: Runner | undefined;
    readonly runnerArgs?: Readonly<Record<string, unknown>> | undefined;
    readonly continueOnFailure?: boolean | undefined;
    readonly retry?: IrRetry | undefined;
    readonly softFail?: true | readonly number[] | undefined;
    readonly condition?: IrCondition | undefined;
    readonly concurrency?: IrStepConcurrency | undefined;
    readonly resources?: IrResources | undefined;
    readonly artifacts?: readonly IrArtifact[] | undefined;
    readonly inputs?: readonly Input[] | undefined;
    readonly services?: readonly IrService[] | undefined;
    readonly matrix?: IrMatrix | undefined;
    readonly env?: Readonly<Record<string, string>> | undefined;
    readonly secrets?: Readonly<Record<string, string>> | undefined;
    readonly dependsOn?: readonly Step[] | undefined;
}
/** The names of the options of `sh`. */
export declare const STEP_OPTIONS: readonly string[];
/** Checks the options of `sh` and copies them, so that a later change of the caller's objects changes no step. `cwd` is read by `sh` itself. */
export declare function commandFields(options: unknown): CommandFields;
