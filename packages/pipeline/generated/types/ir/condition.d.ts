/** The `if` of a step (`ir.md` 1.4). All members must hold; a list holds if one entry does. */
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
 * Facts about a build at its creation. A null or absent fact does not exist (a tag) or is unknown
 * (`changed`).
 */
export interface ConditionContext {
    readonly event: string;
    readonly branch: string | null;
    readonly baseBranch: string | null;
    readonly tag: string | null;
    /** The changed files; null if unknown, and then everything counts as changed. */
    readonly changed: readonly string[] | null;
    readonly env: Readonly<Record<string, string>>;
    readonly local: boolean;
}
/**
 * Whether a step's condition holds (`ir.md` 1.4); a null condition always holds. A value that does
 * not exist makes its member false. An unknown list of changed files never skips work: below a
 * `not` it counts as unchanged.
 */
export declare function conditionHolds(condition: Condition | null, context: ConditionContext): boolean;
