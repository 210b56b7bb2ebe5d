/**
 * Types of a pipeline's values: steps, waits, and objects that stand for them. They refer to one
 * another, so they share a file.
 */
import type { IrAppend, IrArtifact, IrCachePolicy, IrCondition, IrMatrix, IrResources, IrRetry, IrService, IrSplit, IrStepConcurrency, IrTests, IrToken } from './ir/index.js';
import { BRAND } from './brand.js';
import type { CachePolicy } from './cache.js';
import type { When } from './condition.js';
import type { Duration } from './duration.js';
import type { AppendOptions } from './options/append.js';
import type { ArtifactOptions } from './options/artifacts.js';
import type { StepConcurrency } from './options/concurrency.js';
import type { Egress } from './options/egress.js';
import type { EnvOptions } from './options/env.js';
import type { IdTokenOptions } from './options/id-tokens.js';
import type { ResourceOptions } from './options/resources.js';
import type { RetryOptions } from './options/retry.js';
import type { Runner } from './options/runner.js';
import type { SecretOptions } from './options/secrets.js';
import type { TestOptions } from './options/tests.js';
/**
 * A starting point for commands: nothing (`scratch`), the result of a command, or a named branch
 * of a result. Steps are immutable. Equal-looking steps are different steps.
 */
export interface Step {
    readonly [BRAND]: 'step';
    readonly parent: Step | null;
    /** The image of a scratch. */
    readonly image: string | undefined;
    /** The final text for `sh -c`; undefined for a scratch or a fork, which run nothing. */
    readonly command: string | undefined;
    readonly fields: CommandFields;
    /** Runs a command that starts from this step's file system. */
    sh(command: string, options?: StepOptions): Step;
    /** Makes a branch, which runs nothing. Steps made from it start from this step. */
    fork(options?: {
        readonly label?: string;
    }): Step;
    /**
     * Returns a value that stands, in `dependsOn`, for all steps that this step appends, and for
     * those that they append. This step must have the option `append`.
     */
    appended(): Appended;
}
/** With Symbol.for, two installed copies of the SDK understand each other's values. */
export declare const APPENDED: unique symbol;
/** The steps that a step appends, before they are known; see `Step.appended`. */
export interface Appended {
    readonly [APPENDED]: Step;
}
/** Whether a value stands for appended steps, of this or of another copy of the SDK. */
export declare function isAppended(value: unknown): value is Appended;
/** A barrier between the leaves of a pipeline. */
export interface Wait {
    readonly [BRAND]: 'wait';
    readonly continueOnFailure: boolean;
}
/** Whether a value is a step, of this or of another copy of the SDK. */
export declare function isStep(value: unknown): value is Step;
export declare function isWait(value: unknown): value is Wait;
/**
 * The method by which an object stands for steps. With Symbol.for, objects of another copy of the
 * SDK are understood.
 */
export declare const LEAVES: unique symbol;
/** An object, such as a toolchain, that stands for its default leaves where a pipeline lists it. */
export interface StandsForLeaves {
    [LEAVES](): Leaves;
}
export type Leaf = Step | Wait | StandsForLeaves;
/** A leaf, or a list of leaves and further lists. */
export type Leaves = Leaf | readonly Leaves[];
export interface StepOptions {
    /** The display name, `:emoji:` codes included; the step's key is derived from it. */
    readonly label?: string;
    readonly cache?: CachePolicy;
    readonly env?: EnvOptions;
    readonly image?: string;
    readonly runner?: Runner;
    readonly runnerArgs?: Readonly<Record<string, unknown>>;
    /** The step's identity within the pipeline. */
    readonly key?: string;
    /** The directory of the workspace in which the command runs. */
    readonly cwd?: string;
    /** The time limit of one attempt. */
    readonly timeout?: Duration;
    /** The number of further attempts, or a whole policy. */
    readonly retry?: number | RetryOptions;
    /** Whether a failure does not fail the build: any failure, or only these exit codes. */
    readonly softFail?: boolean | readonly number[];
    /** Starts the step even if its prerequisites failed. */
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
    /** Programs that run beside the command; see `service`. */
    readonly services?: Service | ServiceOptions | readonly (Service | ServiceOptions)[];
    /**
     * The step's test report: failed tests then have a name, a file and a line, and the server finds
     * out which tests are flaky.
     */
    readonly tests?: string | TestOptions;
    /**
     * Lets the command append steps to the build: it writes them as IR to `$HARMONT_OUTPUT/steps`,
     * and they are appended when it passes.
     */
    readonly append?: AppendOptions;
    /** Tokens that prove the step's identity to other services: a map from variable to audience. */
    readonly idTokens?: IdTokenOptions;
    /** The hosts that the step may reach, in place of the whole Internet. */
    readonly egress?: Egress;
}
type Dependencies = Step | Appended | StandsForLeaves | readonly Dependencies[];
/** The options of a command in the form of the IR; undefined where absent or empty. */
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
    readonly services?: readonly ServiceFields[] | undefined;
    readonly split?: IrSplit | undefined;
    readonly tests?: IrTests | undefined;
    readonly matrix?: IrMatrix | undefined;
    readonly env?: Readonly<Record<string, string>> | undefined;
    readonly secrets?: Readonly<Record<string, string>> | undefined;
    readonly dependsOn?: readonly Step[] | undefined;
    readonly afterAppended?: readonly Step[] | undefined;
    readonly append?: IrAppend | undefined;
    readonly idTokens?: Readonly<Record<string, IrToken>> | undefined;
    readonly egress?: Egress | undefined;
}
/** Files of another step that are in the workspace from the start. */
export interface Input {
    readonly from: Step;
    /** A path or glob, relative to the workspace of that step. */
    readonly path: string;
    /** The directory below which the files keep their paths; absent: the workspace. */
    readonly into?: string;
    /** Whether the files may be missing. */
    readonly optional?: boolean;
}
/** With Symbol.for, two installed copies of the SDK recognize each other's services. */
export declare const SERVICE: unique symbol;
/** A program that runs beside steps; see `service`. It is immutable. */
export interface Service {
    readonly [SERVICE]: ServiceFields;
    /** The host name by which steps reach it. */
    readonly name: string;
    /**
     * Returns the same service, which starts from the files that it left when a step passed. That
     * step must have this service. Each step that uses the result has its own copy of the files.
     */
    after(step: Step): Service;
}
/** The settings of a service, apart from its name. */
export interface ServiceSettings {
    /** The image that provides the program, its configuration and its files. */
    readonly image: string;
    readonly env?: EnvOptions;
    /** Text for `sh -c`, in place of the image's own program. Begin it with `exec`. */
    readonly command?: string;
    /**
     * The condition for starting the step's command. By default, the image's only port must listen.
     */
    readonly ready?: ServiceReady;
    /** Services of the same step that must be ready before it starts. */
    readonly needs?: Service | string | readonly (Service | string)[];
    /**
     * The stop signal and its time limit if a later step starts from the service's files; by default
     * the image's signal.
     */
    readonly stop?: {
        readonly signal?: string;
        readonly seconds?: number;
    };
    /** Whether the step also reaches the service's ports on 127.0.0.1. */
    readonly localhost?: boolean;
    /** Whether the service may reach the Internet, if the step may. */
    readonly egress?: boolean;
}
/** The conditions for readiness; all given ones must hold. */
export interface ServiceReady {
    /** The port listens. */
    readonly port?: number;
    /** This text for `sh -c`, run in the service, exits with 0. */
    readonly command?: string;
    /** A line of its output matches this regular expression in RE2 syntax. */
    readonly log?: string;
    /** The time limit for readiness; by default a minute. */
    readonly timeout?: Duration;
}
/** A sidecar that the command reaches by its name while it runs. */
export interface ServiceOptions extends ServiceSettings {
    readonly name: string;
}
/** A service in the form of the IR, except that `from` is a step object, not a key. */
export interface ServiceFields extends Omit<IrService, 'from'> {
    readonly from?: Step;
}
/** Whether a value is a service, of this or of another copy of the SDK. */
export declare function isService(value: unknown): value is Service;
export {};
