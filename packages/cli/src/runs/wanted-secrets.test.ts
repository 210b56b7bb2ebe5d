import { parsePlan } from '@harmont/ir'
import { expect, test } from 'vitest'
import { localConditions } from '../project/plan-run.ts'
import { wantedSecrets } from './secrets.ts'

test('secrets are not required for steps that a condition skips here, nor for the steps that those block', () => {
  const step = (key: string, secret: string, more: object = {}) => ({
    ...{ type: 'command', key, cmd: 'true', secrets: { [secret]: secret } },
    ...more,
  })
  const parsed = parsePlan(
    JSON.stringify({
      version: '0',
      steps: [
        step('test', 'TEST'),
        step('deploy', 'DEPLOY', { if: { local: false }, depends_on: ['test'] }),
        step('smoke', 'SMOKE', { builds_in: 'deploy' }),
        step('report', 'REPORT', { depends_on: ['deploy'] }),
      ],
    }),
  )
  if (!parsed.ok) throw new Error(parsed.error.message)
  expect(wantedSecrets(parsed.plan, localConditions('main', {}))).toEqual(['REPORT', 'TEST'])
  expect(wantedSecrets(parsed.plan, { ...localConditions('main', {}), local: false })).toHaveLength(4)
})
