import { expect, test } from 'vitest'
import { at, makeFailed, makeJob, makeView } from '../testing/make-view.ts'
import type { JobView } from './job-state.ts'
import { viewInterval } from './use-build.ts'

const running = { state: 'running' } as const

function waitingFor(kind: string): JobView {
  const refs = [{ kind, name: 'acme', job_id: null, pipeline_slug: null, build_number: null }]
  const waiting = { message: 'Waiting; 2 jobs are ahead.', since: at(0), ahead: 2, limit: 1, refs }
  return makeJob('deploy', { state: 'scheduled', waiting })
}

test('web B5 a build is read again during live events while a step waits for other builds', () => {
  const interval = (job: JobView) => viewInterval(makeView([job], running), 'live', null)
  for (const kind of ['limit', 'concurrency_group', 'runner']) expect(interval(waitingFor(kind)), kind).toBe(10_000)
  for (const kind of ['step', 'time', 'approval']) expect(interval(waitingFor(kind)), kind).toBe(false)
  const render = waitingFor('concurrency_group')
  expect(viewInterval(makeView([], running, { render }), 'live', null)).toBe(10_000)
  expect(viewInterval(makeView([waitingFor('limit')], running), 'polling', null)).toBe(2000)
})

test('web D3 an ended build is read again only while forks prove a failure, and less often after an error', () => {
  const job = makeFailed('test', 1)
  if (job.failure === null) throw new Error('the job failed')
  const proving = makeView([{ ...job, failure: { ...job.failure, proving: true } }])
  expect(viewInterval(makeView([job]), 'live', null)).toBe(false)
  expect(viewInterval(proving, 'off', null)).toBe(5000)
  expect(viewInterval(proving, 'off', new Error('no answer'))).toBe(30_000)
})
