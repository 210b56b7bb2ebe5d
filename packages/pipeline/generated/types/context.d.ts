/** Facts of the build that are known during rendering. Each is read on demand. */
export interface Context {
    /** `push`, `pull_request`, `schedule`, `manual` or `api`; `manual` if it is unknown. */
    readonly event: string;
    /** The branch; for a pull request, its head branch; null on a detached commit. */
    readonly branch: string | null;
    readonly baseBranch: string | null;
    readonly tag: string | null;
    /** The commit's id; null if there is none. */
    readonly commit: string | null;
    /** The number of the pull request. */
    readonly pullRequest: number | null;
    /** Whether `hm run` renders the pipeline on a laptop. */
    readonly local: boolean;
}
/** Facts of the build, from the variables that `hm` and the server set, or from git. */
export declare const context: Context;
