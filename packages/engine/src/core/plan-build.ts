import { type ConditionContext, conditionHolds, type Plan } from '@harmont/ir'
import { buildGroupOf, type GroupFacts } from './build-group.ts'
import type { NewBuild } from './create-build.ts'

/** Inputs for the conditions of steps and for the name of the group. */
export interface PlanFacts {
  readonly conditions: ConditionContext
  /** Absent when the build joins no group. */
  readonly group?: Pick<GroupFacts, 'pipeline' | 'pullRequest' | 'claimant'>
}

/**
 * Returns the initial steps of a build of this plan, the results of their conditions, and its
 * group.
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
