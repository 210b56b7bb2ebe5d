/** The graph form of the v0 IR (`ir.md` 1.1–1.4), with members in their written order. */
export interface IrDocument {
    readonly version: '0';
    readonly timeout_seconds?: number;
    readonly concurrency?: IrBuildConcurrency;
    readonly graph: IrGraph;
}
export interface IrGraph {
    readonly nodes: readonly IrNode[];
    readonly node_holes: readonly [];
    readonly edge_property: 'directed';
    readonly edges: readonly IrEdge[];
}
/** From prerequisite to dependent, as indexes of nodes. */
export type IrEdge = readonly [from: number, to: number, kind: 'builds_in' | 'depends_on'];
export interface IrNode {
    readonly step: IrStep;
    readonly env: Readonly<Record<string, string>>;
    readonly secrets?: Readonly<Record<string, string>>;
}
export interface IrStep {
    readonly key: string;
    readonly cmd: string;
    readonly label?: string;
    readonly cache?: IrCache;
    readonly timeout_seconds?: number;
    readonly image?: string;
    readonly runner?: 'default' | 'vm' | 'docker';
    readonly runner_args?: Readonly<Record<string, unknown>>;
    readonly continue_on_failure?: true;
    readonly retry?: IrRetry;
    readonly soft_fail?: true | readonly number[];
    readonly if?: IrCondition;
    readonly concurrency?: IrStepConcurrency;
    readonly resources?: IrResources;
    readonly artifacts?: readonly IrArtifact[];
    readonly inputs?: readonly IrInput[];
    readonly services?: readonly IrService[];
    readonly tests?: IrTests;
    readonly split?: IrSplit;
    readonly append?: IrAppend;
    /** Keys of steps with `append`: the step waits for all steps that they append. */
    readonly after_appended?: readonly string[];
    /** Environment name to token. */
    readonly id_tokens?: Readonly<Record<string, IrToken>>;
    /** Patterns of the hosts that the step may reach. */
    readonly egress?: readonly string[] | 'observe';
    readonly matrix?: IrMatrix;
}
export type IrCachePolicy = {
    readonly policy: 'none';
} | {
    readonly policy: 'forever';
    readonly env_keys: readonly string[];
} | {
    readonly policy: 'ttl';
    readonly duration_seconds: number;
    readonly env_keys: readonly string[];
} | {
    readonly policy: 'on_change';
    readonly paths: readonly string[];
} | {
    readonly policy: 'compose';
    readonly sub_policies: readonly IrCachePolicy[];
};
/** A policy, with its key after resolution. */
type IrCache = IrCachePolicy & {
    readonly key?: string;
};
export interface IrRetry {
    readonly limit: number;
    readonly delay_seconds?: number;
    readonly exit_codes?: readonly number[] | '*';
    readonly signals?: readonly string[];
    readonly reasons?: readonly string[];
}
/** At most `limit` running jobs in the group. */
export interface IrStepConcurrency {
    readonly group: string;
    readonly limit: number;
    readonly scope?: 'pipeline' | 'organization';
}
/** At most `limit` running builds in the group. */
export interface IrBuildConcurrency {
    /** May hold `${branch}`, `${tag}`, `${pull_request}` and `${event}`. */
    readonly group: string;
    readonly limit: number;
    readonly when_full?: 'queue' | 'cancel_waiting' | 'cancel_running';
}
export interface IrResources {
    readonly cpu?: number;
    readonly memory_gb?: number;
    readonly disk_gb?: number;
}
/** Files kept after the step; a path glob relative to the workspace. */
export interface IrArtifact {
    readonly path: string;
    readonly when?: 'passed' | 'failed' | 'always';
    readonly kind?: 'file' | 'junit' | 'coverage';
    readonly expires_seconds?: number;
    /** The step fails when nothing matches. */
    readonly required?: true;
}
/** Files of the final file system of the step with the key `from`. */
interface IrInput {
    readonly from: string;
    readonly path: string;
    readonly into?: string;
    /** Whether the path may match no file. */
    readonly optional?: true;
}
/** A sidecar, reachable by its name while the command runs. */
export interface IrService {
    readonly name: string;
    readonly image: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly ready?: {
        readonly port?: number;
        readonly timeout_seconds?: number;
    };
    /** Text for `sh -c`, in place of the image's own command. */
    readonly command?: string;
    /**
     * Key of a step. The service starts from the files that this step's service of the same name
     * left.
     */
    readonly from?: string;
    /** Text for `sh -c` in the service, which is ready when this command exits with 0. */
    readonly ready_command?: string;
    /** A pattern in RE2 syntax; the service is ready when it matches a line of the log. */
    readonly ready_log?: string;
    /** Names of the step's services that must be ready before this one starts. */
    readonly needs?: readonly string[];
    readonly stop?: {
        readonly signal?: string;
        readonly seconds?: number;
    };
    /** Makes the service reachable on 127.0.0.1 too. */
    readonly localhost?: true;
    /** Lets the service reach the Internet if its step may. */
    readonly egress?: true;
}
/** One shard of a split of source files; `$HARMONT_SPLIT` names the file that lists its part. */
export interface IrSplit {
    /** A path or glob relative to the workspace. */
    readonly files: string;
    /** From 1. */
    readonly index: number;
    readonly total: number;
}
/** Options for proofs of a step's red tests; their report is an artifact of the kind `junit`. */
export interface IrTests {
    /** Maximum number of runs that prove a red test flaky; 0 disables proofs. */
    readonly forks?: number;
    readonly budget_seconds?: number;
    /** Text for `sh -c` that runs one test. */
    readonly rerun?: string;
    /** Whether a step fails softly when only tests in quarantine failed. */
    readonly quarantine?: boolean;
}
/** The steps that a step may add to the build, from the files in `$HARMONT_OUTPUT/steps`. */
export interface IrAppend {
    readonly max?: number;
    /** Names of the secrets that the appended steps may request. */
    readonly secrets?: readonly string[];
    /** Audiences of the identity tokens that the appended steps may request. */
    readonly id_tokens?: readonly string[];
    /**
     * Patterns of the hosts that the appended steps may reach. Absent: the hosts that the step itself
     * may reach.
     */
    readonly egress?: readonly string[];
}
/** An identity token for other services. */
export interface IrToken {
    readonly audience: string;
}
/** The step's cell of a `matrix()`; display only. */
export interface IrMatrix {
    readonly group: string;
    readonly cell: Readonly<Record<string, string>>;
}
type TextOrList = string | readonly string[];
export interface IrCondition {
    readonly event?: TextOrList;
    readonly branch?: TextOrList;
    readonly base_branch?: TextOrList;
    readonly tag?: TextOrList;
    readonly changed?: TextOrList;
    readonly env?: Readonly<Record<string, TextOrList>>;
    readonly local?: boolean;
    readonly any?: readonly IrCondition[];
    readonly all?: readonly IrCondition[];
    readonly not?: IrCondition;
}
export {};
