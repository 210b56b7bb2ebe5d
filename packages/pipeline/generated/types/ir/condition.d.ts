/** The `if` of a step (`ir.md` 1.4): all members must hold, a list holds when one entry does. */
export interface Condition {
    readonly event?: readonly string[];
    readonly branch?: readonly string[];
    readonly base_branch?: readonly string[];
    readonly tag?: readonly string[];
    readonly changed?: readonly string[];
    readonly env?: Readonly<Record<string, readonly string[]>>;
    readonly local?: boolean;
    readonly any?: readonly Condition[];
    readonly all?: readonly Condition[];
    readonly not?: Condition;
}
/**
 * Facts of a build when it is created. Null or absent: does not exist (a tag), or is unknown
 * (`changed`).
 */
export interface ConditionContext {
    readonly event: string;
    readonly branch: string | null;
    readonly baseBranch: string | null;
    readonly tag: string | null;
    /** Null when unknown; then everything counts as changed. */
    readonly changed: readonly string[] | null;
    readonly env: Readonly<Record<string, string>>;
    readonly local: boolean;
}
/**
 * Whether a step's condition holds (`ir.md` 1.4); null always does. A value that does not exist
 * makes its member false. An unknown list of changed files never skips work: below a `not` it
 * counts as unchanged.
 */
export declare function conditionHolds(condition: Condition | null, context: ConditionContext): boolean;
