import type { Job } from '@harmont/engine'
import { parsePlan } from '@harmont/ir'
import { expect, test } from 'vitest'
import { EventMapper } from '../events/event-mapper.ts'
import { factsOfPlan } from '../events/step-facts.ts'
import { mapEngineJob } from './map-engine-job.ts'

const job: Job = {
  id: 'one',
  step: 0,
  attempt: 1,
  previousAttempt: null,
  state: 'assigned',
  fence: 1,
  leaseId: null,
  runner: null,
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
  services: [],
  serviceSnapshots: {},
  phases: [],
  snapshot: null,
}

test('a skipped step reports that its pipeline excludes it from local runs, or names its condition', () => {
  const steps = [{ local: false }, { branch: 'main' }].map((condition, at) => {
    return { type: 'command', key: `s${at}`, cmd: 'true', image: 'host', if: condition }
  })
  const jobs = steps.map(
    (_, step): Job => ({ ...job, id: `j${step}`, step, state: 'skipped', skipReason: 'condition' }),
  )
  const { mapper, map } = mapping(JSON.stringify({ version: '0', steps }), jobs)
  const events = jobs.flatMap((each) => mapper.ended(map(each)))
  expect(events.map((event) => event.kind === 'step_skipped' && event.reason)).toEqual([
    'it does not run locally',
    'its condition does not hold',
  ])
})

test('an image that could not be pulled is reported once, before the start', () => {
  const ir = '{"version":"0","steps":[{"type":"command","key":"a","cmd":"true","image":"node:24"}]}'
  const { mapper, map } = mapping(ir, [job])
  const tell = (changed: Job) => mapper.changed(map(changed))
  expect(tell(job)).toEqual([{ kind: 'step_waiting', step_id: 'one', reason: 'preparation' }])
  const substituted = { ...job, substitutedImage: 'node:24' }
  expect(tell(substituted)).toEqual([{ kind: 'step_substituted', step_id: 'one', image: 'node:24' }])
  expect(tell({ ...substituted, state: 'running', startedAt: 1 }).map(({ kind }) => kind)).toEqual(['step_start'])
})

function mapping(ir: string, jobs: readonly Job[]) {
  const parsed = parsePlan(ir)
  if (!parsed.ok) throw new Error(parsed.error.message)
  const { plan } = parsed
  const mapper = new EventMapper(factsOfPlan(plan))
  const map = (each: Job) => {
    const mapped = mapEngineJob(each, {
      steps: plan.steps.map((step) => ({ ...step, conditionHolds: true })),
      ids: jobs.map(({ id }) => id),
      cachedFrom: '',
    })
    if (mapped === undefined) throw new Error(`expected ${each.id} to be of a step`)
    return mapped
  }
  mapper.queued(jobs.map(map))
  return { mapper, map }
}
