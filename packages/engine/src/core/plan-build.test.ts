import type { Plan } from '@harmont/ir'
import { expect, test } from 'vitest'
import { planBuild } from './plan-build.ts'
import { plainPlan } from './random-plan.test-support.ts'

const conditions = {
  ...{ event: 'push', branch: 'main', baseBranch: null, tag: null, changed: null, env: {}, local: false },
} as const
const plan: Plan = {
  ...plainPlan([{ condition: { branch: ['main'] } }, { condition: { branch: ['rel/*'] } }]),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the server
  concurrency: { group: 'deploy ${branch}', limit: 1, whenFull: 'queue' },
}

test('a planned build has the result of each condition, and its group with placeholders filled in', () => {
  const group = { pipeline: 'p', pullRequest: null, claimant: null }
  expect(planBuild(plan, { conditions, group })).toMatchObject({
    ...{ kind: 'plan', plan, conditions: [true, false] },
    group: { name: 'deploy main', limit: 1 },
  })
})

test('a build that joins no group has none, even if its plan names one', () => {
  expect(planBuild(plan, { conditions }).group).toBeUndefined()
})
