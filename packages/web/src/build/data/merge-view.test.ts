import fc from 'fast-check'
import { expect, test } from 'vitest'
import { at, makeJob, makeView } from '../testing/make-view.ts'
import type { BuildView } from './job-state.ts'
import { mergeEvents, mergeRead, type ViewEvent } from './merge-view.ts'

/** Builds the server's state of a step or the build at a version. */
const jobAt = (step: number, version: number) =>
  makeJob(`s${step}`, { id: `s${step}-${version}`, version, name: `at ${version}` })
const buildAt = (version: number) => ({ ...makeView([]).build, version, message: `at ${version}` })

const change = fc.record({ step: fc.integer({ min: -1, max: 4 }), version: fc.integer({ min: 2, max: 30 }) })

function eventOf({ step, version }: { readonly step: number; readonly version: number }): ViewEvent {
  if (step === -1) return { type: 'build', pipeline_slug: 'ci', build: buildAt(version) }
  return { type: 'job', pipeline_slug: 'ci', number: 60, job: jobAt(step, version) }
}

const facts = ({ build, jobs }: BuildView) => [
  build.version,
  ...jobs.map(({ name, version }) => `${name} ${version}`).toSorted(),
]

test('web D2 events in any order and repetition yield the newest state of each job', () => {
  const view = makeView([jobAt(0, 1), jobAt(1, 1)])
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), fc.array(fc.nat()), (changes, order) => {
      const shuffled = changes
        .map((one, index) => ({ one, rank: order[index] ?? index }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ one }) => one)
      const once = mergeEvents(view, changes.map(eventOf), at(1))
      const oneByOne = [...shuffled, ...changes].reduce((now, one) => mergeEvents(now, [eventOf(one)], at(1)), view)
      expect(facts(oneByOne)).toEqual(facts(once))
      for (const { step, version } of changes) {
        const shown =
          step === -1 ? once.build.version : once.jobs.find(({ step_key }) => step_key === `s${step}`)?.version
        expect(shown).toBeGreaterThanOrEqual(version)
      }
      const later = mergeRead(once, view)
      expect(later.build.version).toBe(once.build.version)
      for (const job of later.jobs)
        expect(job.version).toBe(once.jobs.find(({ step_key }) => step_key === job.step_key)?.version)
    }),
  )
})

test('web D2 an event of another build or pipeline changes nothing', () => {
  const view = makeView([jobAt(0, 1)])
  const other: ViewEvent = { type: 'job', pipeline_slug: 'ci', number: 61, job: jobAt(0, 9) }
  expect(mergeEvents(view, [other, { type: 'build', pipeline_slug: 'cd', build: buildAt(9) }], at(1))).toEqual(view)
})

test('a retry replaces the previous attempt, and new steps from rendering are added', () => {
  const view = makeView([jobAt(0, 1)], {}, { render: makeJob('', { id: 'r', step_key: null, version: 1 }) })
  const events: ViewEvent[] = [eventOf({ step: 0, version: 7 }), eventOf({ step: 3, version: 8 })]
  const ended = { ...makeJob('', { id: 'r', step_key: null, version: 5 }), state: 'passed' as const }
  const merged = mergeEvents(view, [...events, { type: 'job', pipeline_slug: 'ci', number: 60, job: ended }], at(1))
  expect(merged.jobs.map(({ id }) => id)).toEqual(['s0-7', 's3-8'])
  expect(merged.render?.version).toBe(5)
})

test('web D2 a view that was read before events undoes neither the build’s end nor the steps that they added', () => {
  const read = { ...makeView([jobAt(0, 4)]), build: buildAt(4) }
  const canceled_by = { user_uuid: null, name: 'Ada' }
  const ended: ViewEvent = {
    ...{ type: 'build', pipeline_slug: 'ci', build: buildAt(9) },
    view: { eta_ms: null, cost: { cents: 2, vcpu_seconds: 9 }, canceled_by },
  }
  const now = mergeEvents(read, [eventOf({ step: 1, version: 5 }), ended], at(1))
  const merged = mergeRead(now, read)
  expect(facts(merged)).toEqual([9, 'at 4 4', 'at 5 5'])
  expect(merged).toMatchObject({ canceled_by, cost: { cents: 2 } })
  // A newer view knows which steps the build has.
  expect(facts(mergeRead(now, { ...read, build: buildAt(10) }))).toEqual([10, 'at 4 4'])
})
