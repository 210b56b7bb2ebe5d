import { type ConditionContext, conditionHolds, type Plan } from '@harmont/ir'
import { buildGroupOf, type GroupFacts } from './build-group.ts'
import type { NewBuild } from './create-build.ts'

/** Facts with which conditions of steps and the name of the group are evaluated. */
export interface PlanFacts {
  readonly conditions: ConditionContext
  /** Absent when the build joins no group. */
  readonly group?: Pick<GroupFacts, 'pipeline' | 'pullRequest' | 'claimant'>
}

/**
 * Returns what a build of this plan begins with: steps, results of their conditions, and the group.
 */
export function planBuild(
  plan: Plan,
  { conditions, group }: PlanFacts,
): Extract<NewBuild['from'], { readonly kind: 'plan' }> {
  return {
    kind: 'plan',
    plan,
    conditions: plan.steps.map(({ condition }) => conditionHolds(condition, conditions)),
    group: group && buildGroupOf(plan.concurrency, { ...conditions, ...group }),
  }
}
