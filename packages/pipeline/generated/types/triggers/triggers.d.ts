type Texts = string | readonly string[];
interface PathFilter {
    /** Builds only if a changed file matches. `!` excludes, and the last match decides. */
    readonly paths?: Texts;
    /** Does not build if every changed file matches. */
    readonly pathsIgnore?: Texts;
}
type Ref = {
    readonly branch: Texts;
    readonly tag?: undefined;
} | {
    readonly tag: Texts;
    readonly branch?: undefined;
};
/** Branches, or tags: exactly one of the two. */
export type PushOptions = Ref & PathFilter;
declare const TYPES: readonly ['opened', 'synchronize', 'reopened', 'closed', 'ready_for_review'];
type PullRequestType = (typeof TYPES)[number];
export interface PullRequestOptions extends PathFilter {
    /** Globs for the target branch. */
    readonly branches?: Texts;
    /** By default `opened`, `synchronize` and `reopened`. */
    readonly types?: readonly PullRequestType[];
}
export interface ScheduleOptions {
    /** Five fields, such as `"0 3 * * 1-5"`. The schedule may run at most every five minutes. */
    readonly cron: string;
    /** The repository's default branch when absent. */
    readonly branch?: string;
    /** By default `UTC`. */
    readonly timezone?: string;
}
interface WithPaths {
    readonly paths?: readonly string[] | undefined;
    readonly paths_ignore?: readonly string[] | undefined;
}
interface PushJson extends WithPaths {
    readonly event: 'push';
    readonly branches?: readonly string[] | undefined;
    readonly tags?: readonly string[] | undefined;
}
interface PullRequestJson extends WithPaths {
    readonly event: 'pull_request';
    readonly branches?: readonly string[] | undefined;
    readonly types: readonly PullRequestType[];
}
export interface ScheduleTrigger {
    readonly event: 'schedule';
    readonly cron: string;
    readonly timezone: string;
    readonly branch?: string;
}
/** A trigger in the form of the envelope. */
export type Trigger = PushJson | PullRequestJson | ScheduleTrigger;
/** The trigger that `push()` returns. */
export declare class PushTrigger implements PushJson {
    readonly event = "push";
    readonly branches: readonly string[] | undefined;
    readonly tags: readonly string[] | undefined;
    readonly paths: readonly string[] | undefined;
    readonly paths_ignore: readonly string[] | undefined;
    constructor(branches: readonly string[] | undefined, tags: readonly string[] | undefined, { paths, paths_ignore }?: WithPaths);
    /** Returns the given members, in the envelope's order. */
    toJSON(): PushJson;
}
/** The trigger that `pullRequest()` returns. */
export declare class PullRequestTrigger implements PullRequestJson {
    readonly event = "pull_request";
    readonly branches: readonly string[] | undefined;
    readonly types: readonly PullRequestType[];
    readonly paths: readonly string[] | undefined;
    readonly paths_ignore: readonly string[] | undefined;
    constructor(branches: readonly string[] | undefined, types: readonly PullRequestType[], { paths, paths_ignore }?: WithPaths);
    /** Returns the given members, in the envelope's order. */
    toJSON(): PullRequestJson;
}
/** Builds pushes to branches, or of tags, that match a glob. */
export declare function push(options: PushOptions): PushTrigger;
/** Builds pull requests. */
export declare function pullRequest(options?: PullRequestOptions): PullRequestTrigger;
/** Builds at given times. A string alone is the `cron`. */
export declare function schedule(options: string | ScheduleOptions): ScheduleTrigger;
export {};
