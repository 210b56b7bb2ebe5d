/**
 * The planner's result for an IR document, the same for both forms: plain data with every default
 * filled in.
 */
import type { Condition } from './condition.js';
import type { IrCachePolicy } from './document.js';
export interface Plan {
    /** Wall-clock limit of the whole build in seconds, or null for none. */
    readonly timeoutSeconds: number | null;
    /** One step per node, in the order of the IR. Every index below points into this list. */
    readonly steps: readonly PlannedStep[];
    /** Sentences for the build's author; they never change what runs. */
    readonly warnings: readonly string[];
    /** The group that the build belongs to; absent for none. */
    readonly concurrency?: BuildConcurrency;
}
/** Effect of another build on the builds of a full group. */
export type WhenFull = 'queue' | 'cancel_waiting' | 'cancel_running';
/** At most `limit` builds of the group run at once. */
export interface BuildConcurrency {
    /**
     * The group's name as written, with `${branch}`, `${tag}`, `${pull_request}` and `${event}`
     * unexpanded.
     */
    readonly group: string;
    readonly limit: number;
    readonly whenFull: WhenFull;
}
export interface PlannedStep {
    readonly key: string;
    /** The label as written, or the key. */
    readonly name: string;
    /** Text for `sh -c`, 1 byte to 1 MiB. */
    readonly command: string;
    /** The complete environment of the node, secrets and injected variables not included. */
    readonly env: Readonly<Record<string, string>>;
    /** Map from environment names to names of secrets. */
    readonly secrets: Readonly<Record<string, string>>;
    /** The image of a root; null for a step that builds in another. */
    readonly image: string | null;
    /** Index of the step whose file system this one starts from. */
    readonly buildsIn: number | null;
    /** Indexes of the other prerequisites, ascending, without `buildsIn`. */
    readonly dependsOn: readonly number[];
    /** The pipeline's claim of identity (`ir.md` 2.2), or null when the step always runs. */
    readonly cacheKey: string | null;
    /**
     * The policy that produced the key, for display. Absent without a key, and in plans of earlier
     * releases.
     */
    readonly cachePolicy?: IrCachePolicy;
    /** A sentence that explains why the step's cache differs from its document; absent otherwise. */
    readonly cacheRemark?: string;
    /** Budget of one attempt's command in seconds. */
    readonly timeoutSeconds: number;
    readonly retry: RetryPolicy | null;
    /**
     * Tolerated failures. true: any failure, time-outs included; a list: only these exit codes; null:
     * none.
     */
    readonly softFail: true | readonly number[] | null;
    readonly continueOnFailure: boolean;
    readonly condition: Condition | null;
    readonly resources: Resources;
    /** Files of other steps that the step's workspace contains from the start; absent for none. */
    readonly inputs?: readonly PlannedInput[];
    /** The group of the step's jobs; absent for none. */
    readonly concurrency?: StepConcurrency;
    /** The sidecars that run beside the step's command; absent for none. */
    readonly services?: readonly PlannedService[];
    /** Files to keep after the step; absent for none, and in plans of earlier releases. */
    readonly artifacts?: readonly PlannedArtifact[];
    /** Options for proofs of red tests; absent for no proofs, and in plans of earlier releases. */
    readonly tests?: PlannedTests;
    /** The step's shard of source files; absent for none. */
    readonly split?: PlannedSplit;
    /** The runners that may take the step; absent for the default pool. */
    readonly runsOn?: PlannedRunner;
    /** Bounds on the steps that this step may append when it passes; absent for none. */
    readonly append?: PlannedAppend;
    /**
     * Ascending indexes of generators, which are in `dependsOn` too. The step waits for all steps
     * that they append, directly or in turn. Absent for none.
     */
    readonly afterAppended?: readonly number[];
    /**
     * Map from environment names to audiences. Each variable names the file of its identity token.
     * Absent for none.
     */
    readonly idTokens?: Readonly<Record<string, string>>;
    /** The hosts that the step may reach; absent for those that its runner allows. */
    readonly egress?: Egress;
}
/** Bounds the steps that a step appends. */
export interface PlannedAppend {
    /** Number of steps, 1 to 1,000. */
    readonly max: number;
    /** Names of the secrets that the appended steps may request. */
    readonly secrets: readonly string[];
    /** Audiences of the identity tokens that the appended steps may request. */
    readonly idTokens: readonly string[];
    /** Hosts that the appended steps may reach; null for those that the step itself may reach. */
    readonly egress: readonly string[] | null;
}
/**
 * Patterns of hosts in their short form (`host-pattern.ts`), or `observe`, which allows and records
 * all hosts.
 */
export type Egress = readonly string[] | 'observe';
/** A step's requirements for its runner. */
export interface PlannedRunner {
    /** Null for the default pool. */
    readonly pool: string | null;
    /** Each of these must be a label of the runner. */
    readonly labels: readonly string[];
}
/** A shard of a split. Steps of a build with the same files and total are shards of one. */
export interface PlannedSplit {
    /** A path or glob (`ir.md` 2.3) of files of the source. */
    readonly files: string;
    /** From 1 to `total`. */
    readonly index: number;
    readonly total: number;
}
/** A sidecar of a step. The command starts when all are ready. */
export interface PlannedService {
    /** The service's host name for the step's command; unique in the step. */
    readonly name: string;
    /** The source of the configuration, and of the files unless `from` is set. */
    readonly image: string;
    readonly env: Readonly<Record<string, string>>;
    /** Text for `sh -c`; null for the image's own command. */
    readonly command: string | null;
    /**
     * Index of the step whose service of the same name left this service's files; null for the
     * image's files.
     */
    readonly from: number | null;
    /**
     * Conditions of readiness; all that are set must hold. Without any, the service is ready when the
     * image's only port, if any, is open.
     */
    readonly ready: {
        readonly port: number | null;
        /** Text for `sh -c` in the service, which is ready when this command exits with 0. */
        readonly command: string | null;
        /** A pattern in RE2 syntax; the service is ready when it matches a line of the log. */
        readonly log: string | null;
        readonly timeoutSeconds: number;
    };
    /** Names of the step's services that must be ready before this one starts. */
    readonly needs: readonly string[];
    readonly stop: {
        /** Null for the image's signal, or SIGTERM. */
        readonly signal: string | null;
        /** Seconds from the signal to SIGKILL. */
        readonly seconds: number;
    };
    /** Whether the command reaches the service's ports on 127.0.0.1 too. */
    readonly localhost: boolean;
    /** Whether the service may reach the Internet if its step may. */
    readonly egress: boolean;
}
/** A path or glob of files that are kept after a step. */
export interface PlannedArtifact {
    readonly path: string;
    readonly when: 'passed' | 'failed' | 'always';
    readonly kind: 'file' | 'junit' | 'coverage';
    /** Lifetime in seconds; null for the default. */
    readonly expiresSeconds: number | null;
    /** Whether the step fails when nothing matches. */
    readonly required: boolean;
}
/** Options for proofs of a step's red tests; their report is one of its artifacts. */
export interface PlannedTests {
    /** Maximum number of runs that prove a red test flaky; 0 disables proofs. */
    readonly forks: number;
    /** Time limit of all these runs together. */
    readonly budgetSeconds: number;
    /** Text for `sh -c` that runs one test; null: tests are run together only. */
    readonly rerun: string | null;
    /** Whether a step fails softly when only tests in quarantine failed. */
    readonly quarantine: boolean;
}
/** Files of another step. A later input replaces an earlier one at the same place. */
export interface PlannedInput {
    /** Index of the step that leaves the files, which is a prerequisite. */
    readonly from: number;
    /** A path or glob (`ir.md` 2.3), relative to /workspace of that step. */
    readonly path: string;
    /**
     * The directory of /workspace below which the files keep their paths; '' for /workspace itself.
     */
    readonly into: string;
    /** Whether the path may match no file. */
    readonly optional: boolean;
}
/**
 * Limits the jobs of the group to `limit` at once, in the order of their builds, then of their
 * steps.
 */
export interface StepConcurrency {
    readonly group: string;
    /** The lowest limit of a group applies. */
    readonly limit: number;
    readonly scope: 'pipeline' | 'organization';
}
export interface RetryPolicy {
    /** Further attempts, 1 to 10. */
    readonly limit: number;
    readonly delaySeconds: number;
    /** With all three lists absent, any failure is retried, time-outs included. */
    readonly exitCodes?: readonly number[] | '*';
    readonly signals?: readonly string[];
    readonly reasons?: readonly string[];
}
/** Limits of a step, not reservations. */
export interface Resources {
    readonly cpu: number;
    readonly memoryGb: number;
    readonly diskGb: number;
}
export type PlanErrorCode = 'invalid_json' | 'bad_version' | 'invalid_ir' | 'empty_pipeline' | 'duplicate_key' | 'unknown_dependency' | 'cycle' | 'feature_missing';
export interface PlanError {
    readonly code: PlanErrorCode;
    /** `CODE at /json/pointer: expected …, got …. What to do.` (`ir.md` 1.6) */
    readonly message: string;
    /** JSON pointer of the place, '' for the whole document. */
    readonly pointer: string;
    /** At most 20 problems; that of `message` comes first. */
    readonly problems: readonly PlanProblem[];
    /** Number of further problems. */
    readonly unlisted: number;
}
/** One problem of a document. */
interface PlanProblem {
    readonly pointer: string;
    /** `expected …, got …. What to do.` */
    readonly message: string;
}
/** A valid document with warnings for its author, or the first problem. */
export type CheckResult = {
    readonly ok: true;
    readonly warnings: readonly string[];
} | {
    readonly ok: false;
    readonly error: PlanError;
};
export type PlanResult = {
    readonly ok: true;
    readonly plan: Plan;
} | {
    readonly ok: false;
    readonly error: PlanError;
};
export {};
