/** The graph form of the v0 IR (`ir.md` 1.1–1.4), with members in the order of writing. */
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
    /** Keys of steps with `append`: waits for all that they append. */
    readonly after_appended?: readonly string[];
    /** Environment name to token. */
    readonly id_tokens?: Readonly<Record<string, IrToken>>;
    /** Patterns of hosts that it may reach. */
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
/** A policy, and its key once it is resolved. */
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
    /** Whether the path may name nothing. */
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
    /** Text for `sh -c`, in place of what the image starts. */
    readonly command?: string;
    /** Key of a step: starts from the files that its service of this name left. */
    readonly from?: string;
    /** Text for `sh -c` in the service; ready when it exits with 0. */
    readonly ready_command?: string;
    /** In RE2 syntax; ready when a line of the log has a match. */
    readonly ready_log?: string;
    /** Names of the step's services that must be ready before it starts. */
    readonly needs?: readonly string[];
    readonly stop?: {
        readonly signal?: string;
        readonly seconds?: number;
    };
    /** Reachable on 127.0.0.1 too. */
    readonly localhost?: true;
    /** May reach the Internet, where its step may. */
    readonly egress?: true;
}
/** One of the shards that files of the source are dealt out to; `$HARMONT_SPLIT` names its list. */
export interface IrSplit {
    /** A path or glob relative to the workspace. */
    readonly files: string;
    /** From 1. */
    readonly index: number;
    readonly total: number;
}
/** How red tests of a step are proved; their report is an artifact of the kind `junit`. */
export interface IrTests {
    /** The most runs that prove a red test flaky; 0: none is proved. */
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
    /** Names of the secrets that they may ask for. */
    readonly secrets?: readonly string[];
    /** Audiences of the tokens that they may ask for. */
    readonly id_tokens?: readonly string[];
    /** Patterns of hosts that they may reach; absent: those that the step itself may reach. */
    readonly egress?: readonly string[];
}
/** A token for other services. */
export interface IrToken {
    readonly audience: string;
}
/** The cell of a `matrix()` that the step was made in; display only. */
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
