import fc from 'fast-check'
import { expect, test } from 'vitest'
import { at, makeFailed, makeJob, makeView } from '../testing/make-view.ts'
import { chooseJob, failuresOf, nextFailure } from './choose-job.ts'
import { hasFailed, isActive, isHardFailure, type JobView } from './job-state.ts'

const states = ['pending', 'scheduled', 'assigned', 'running', 'passed', 'failed', 'timed_out', 'skipped', 'canceled']

const anyJobs = fc
  .array(fc.record({ state: fc.constantFrom(...states), soft: fc.boolean(), time: fc.nat(50) }), { maxLength: 12 })
  .map((all) =>
    all.map(({ state, soft, time }, index) =>
      makeJob(`s${index}`, {
        state: state as JobView['state'],
        soft_failed: soft && (state === 'failed' || state === 'timed_out'),
        started_at: ['pending', 'scheduled', 'assigned', 'skipped'].includes(state) ? null : at(time),
        finished_at: ['pending', 'scheduled', 'assigned', 'running'].includes(state) ? null : at(time + 1),
      }),
    ),
  )

test('web B2 the earliest hard failure is chosen first', () => {
  fc.assert(
    fc.property(anyJobs, (jobs) => {
      const chosen = chooseJob(makeView(jobs))
      const hard = jobs.filter(isHardFailure)
      if (hard.length === 0) return
      expect(chosen).toSatisfy(isHardFailure)
      for (const job of hard) expect((chosen?.finished_at ?? '') <= (job.finished_at ?? '')).toBe(true)
    }),
  )
})

test('web B2 without a hard failure: an allowed one if nothing runs, else the longest running, else the last to end; always a job', () => {
  fc.assert(
    fc.property(anyJobs, (all) => {
      const jobs = all.filter((job) => !isHardFailure(job))
      const chosen = chooseJob(makeView(jobs))
      if (jobs.length === 0) {
        expect(chosen).toBeNull()
        return
      }
      if (jobs.some(isActive)) {
        expect(chosen).toSatisfy(isActive)
        const began = jobs.filter(isActive).flatMap(({ started_at }) => started_at ?? [])
        if (began.length > 0) expect(chosen?.started_at).toBe(began.toSorted()[0])
      } else if (jobs.some(hasFailed)) {
        expect(chosen).toSatisfy(hasFailed)
      } else {
        const ended = jobs.filter(({ state, finished_at }) => finished_at != null && state !== 'skipped')
        if (ended.length > 0)
          expect(chosen?.finished_at).toBe(
            ended
              .map((job) => job.finished_at ?? '')
              .toSorted()
              .at(-1),
          )
        else expect(chosen).not.toBeNull()
      }
    }),
  )
})

test('web B14 the rendering job is chosen like a step, if it failed or runs alone', () => {
  const render = makeFailed('', 1, { step_key: null, id: 'render' })
  expect(chooseJob(makeView([], {}, { render }))?.id).toBe('render')
  const running = makeJob('', { step_key: null, id: 'render', state: 'running', started_at: at(0) })
  expect(chooseJob(makeView([], {}, { render: running }))?.id).toBe('render')
})

test('web R3 f visits every failure once and wraps around, and F goes backwards', () => {
  fc.assert(
    fc.property(anyJobs, (jobs) => {
      const failures = failuresOf(makeView(jobs))
      expect(failures.length).toBe(jobs.filter(hasFailed).length)
      let [at, seen]: [string | null, string[]] = [null, []]
      for (const _ of failures) {
        at = nextFailure(failures, at, 1)?.id ?? null
        seen = [...seen, at ?? '']
      }
      expect(seen).toEqual(failures.map(({ id }) => id))
      if (failures.length > 0) expect(nextFailure(failures, failures[0]?.id ?? null, -1)).toBe(failures.at(-1))
      else expect(nextFailure(failures, null, 1)).toBeNull()
    }),
  )
})
