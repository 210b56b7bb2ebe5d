import type { Job } from '@harmont/engine'
import { parsePlan } from '@harmont/ir'
import { expect, test } from 'vitest'
import { RunTeller } from './run-teller.ts'

const job: Job = {
  id: 'one',
  step: 0,
  attempt: 1,
  previousAttempt: null,
  state: 'assigned',
  fence: 1,
  lost: 0,
  notBefore: null,
  createdAt: 0,
  scheduledAt: 0,
  assignedAt: 0,
  startedAt: null,
  finishedAt: null,
  deadlineAt: null,
  killBy: null,
  exitCode: null,
  errorCode: null,
  errorMessage: null,
  skipReason: null,
  softFailed: false,
  cached: false,
  substitutedImage: null,
  snapshot: null,
}

test('a step that its pipeline keeps off local runs says so, another that is skipped names its condition', () => {
  const steps = [{ local: false }, { branch: 'main' }].map((condition, at) => {
    return { type: 'command', key: `s${at}`, cmd: 'true', image: 'host', if: condition }
  })
  const parsed = parsePlan(JSON.stringify({ version: '0', steps }))
  if (!parsed.ok) throw new Error(parsed.error.message)
  const jobs = steps.map(
    (_, step): Job => ({ ...job, id: `j${step}`, step, state: 'skipped', skipReason: 'condition' }),
  )
  const events = new RunTeller(parsed.plan.steps, jobs).changed(
    jobs,
    () => '',
    () => undefined,
  )
  expect(events.map((event) => event.kind === 'step_skipped' && event.reason)).toEqual([
    'it does not run locally',
    'its condition does not hold',
  ])
})

test('an image that could not be had is told once, before the start', () => {
  const parsed = parsePlan('{"version":"0","steps":[{"type":"command","key":"a","cmd":"true","image":"node:24"}]}')
  if (!parsed.ok) throw new Error(parsed.error.message)
  const teller = new RunTeller(parsed.plan.steps, [job])
  const tell = (changed: Job) =>
    teller.changed(
      [changed],
      () => '',
      () => undefined,
    )
  expect(tell(job)).toEqual([])
  const substituted = { ...job, substitutedImage: 'node:24' }
  expect(tell(substituted)).toEqual([{ kind: 'step_substituted', step_id: 'one', image: 'node:24' }])
  expect(tell({ ...substituted, state: 'running', startedAt: 1 }).map(({ kind }) => kind)).toEqual(['step_start'])
})
