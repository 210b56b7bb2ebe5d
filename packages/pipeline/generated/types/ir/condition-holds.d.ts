import type { Condition, ConditionContext } from './condition.js';
/**
 * Whether a step's condition holds (`ir.md` 1.4); null always does. A value that does not exist makes its member false. An unknown list of
 * changed files never skips work, below a `not` either: there it counts as unchanged.
 */
export declare function conditionHolds(condition: Condition | null, context: ConditionContext): boolean;
