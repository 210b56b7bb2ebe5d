import type { Job } from '@harmont/cloud'
import { expect, test } from 'vitest'
import { EventMapper } from '../events/event-mapper.ts'
import { mapServerJob } from './map-server-job.ts'

const job = (fields: Partial<Job>) =>
  mapServerJob({
    id: 'one',
    state: 'running',
    name: 'test',
    command: 'true',
    step_key: 'test',
    exit_code: null,
    depends_on: [],
    error_code: null,
    error_message: null,
    soft_failed: false,
    soft_fail_policy: null,
    retry_policy: null,
    created_at: '2026-11-28T00:00:00.000Z',
    started_at: null,
    finished_at: null,
    ...fields,
  })

test('an image that could not be pulled is reported once per attempt, before its start', () => {
  const mapper = new EventMapper({ steps: 0, roots: 0, of: () => undefined })
  mapper.queued([job({})])
  const substituted = { kind: 'step_substituted', step_id: 'one', image: 'node:24' }
  expect(mapper.changed(job({ state: 'assigned' }))).toMatchObject([{ kind: 'step_waiting', reason: 'preparation' }])
  expect(mapper.changed(job({ state: 'assigned', substituted_image: 'node:24' }))).toEqual([substituted])
  const started = job({ substituted_image: 'node:24', started_at: '2026-11-28T00:00:01.000Z' })
  expect(mapper.changed(started).map(({ kind }) => kind)).toEqual(['step_start'])
  const second = { ...started, id: 'two', attempt: 2 }
  expect(mapper.changed(second).map(({ kind }) => kind)).toEqual(['step_substituted', 'step_start'])
})

test('G135 appended steps are announced together, before they are queued, and name their generator', () => {
  const mapper = new EventMapper({
    steps: 1,
    roots: 1,
    of: () => ({ parentKey: null, chain: 0, image: null, attempts: 1 }),
  })
  const plan = job({ id: 'p', step_key: 'plan' })
  const added = (key: string, by: string) => job({ id: `id-${key}`, step_key: key, depends_on: [by], appended_by: by })
  mapper.queued([plan])
  const events = mapper.queued([plan, added('a', 'p'), added('b', 'p'), added('c', 'id-a')])
  expect(events).toMatchObject([
    { kind: 'appended', step_id: 'p', keys: ['a', 'b'] },
    { kind: 'step_queued', key: 'a', appended_by: 'plan' },
    { kind: 'step_queued', key: 'b', appended_by: 'plan' },
    { kind: 'appended', step_id: 'id-a', keys: ['c'] },
    { kind: 'step_queued', key: 'c', appended_by: 'a' },
  ])
  expect(mapper.queued([plan, added('a', 'p')])).toEqual([])
  expect([mapper.knows({ key: 'c' }), mapper.knows({ key: 'd' })]).toEqual([true, false])
})
