import { createBuild, defaultStoreSettings, planBuild } from '@harmont/engine'
import type { ConditionContext, Plan } from '@harmont/ir'

/** Names of the secrets of the steps that run: what a condition skips, and what is skipped because of that, needs none. */
export function wantedSecrets(plan: Plan, known: ConditionContext): string[] {
  const from = planBuild(plan, { conditions: known })
  const request = { id: '', queue: 'local', at: 0, held: false, from }
  const { jobs } = createBuild(request, defaultStoreSettings).build
  const running = new Set(jobs.flatMap(({ step, state }) => (step === null || state === 'skipped' ? [] : step)))
  const steps = plan.steps.filter((_, slot) => running.has(slot))
  return [...new Set(steps.flatMap(({ secrets }) => Object.values(secrets)))].sort()
}
