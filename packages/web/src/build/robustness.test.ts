import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attemptView } from './data/attempt-view.ts'
import { availableActions } from './data/build-actions.ts'
import { chooseJob, failuresOf, findJob } from './data/choose-job.ts'
import { compareLink } from './data/compare-link.ts'
import { completeView } from './data/complete-view.ts'
import type { BuildView } from './data/job-state.ts'
import { mergeEvents, mergeRead } from './data/merge-view.ts'
import { sentenceOf } from './sentences/build-sentence.ts'
import { cacheSentence } from './sentences/cache.ts'
import { costLabel } from './sentences/cost.ts'
import { failureReason, shortReason } from './sentences/failure-reason.ts'
import { tabTitle } from './sentences/header.ts'
import { sentenceText } from './sentences/sentence.ts'
import { skippedBecause, skipSentence } from './sentences/skipped.ts'
import { stepRows } from './step-list/step-rows.ts'
import { lineageOf, snapshotSummary } from './step-pane/lineage.ts'
import { at, epoch, makeFailed, makeView } from './testing/make-view.ts'

/** Returns the object with some members removed, and others null or an unknown word. */
function damaged<Value extends object>(value: Value, kept: readonly string[]): fc.Arbitrary<Value> {
  const names = Object.keys(value).filter((name) => !kept.includes(name))
  return fc
    .record({ gone: fc.subarray(names), none: fc.subarray(names), state: fc.constantFrom(undefined, 'levitating') })
    .map(({ gone, none, state }) => {
      const entries = Object.entries(value).flatMap(([name, member]): [string, unknown][] =>
        gone.includes(name) ? [] : [[name, none.includes(name) ? null : name === 'state' ? (state ?? member) : member]],
      )
      return Object.fromEntries(entries) as Value
    })
}

const whole = makeFailed('test', 1, {
  attempts: [
    { number: 1, job_id: 'old', cause: 'fate', state: 'melted', exit_code: null, started_at: null, finished_at: null },
  ],
  waiting: { message: 'Waiting for the moon.', since: at(0), ahead: 1, limit: 2, refs: [] },
  snapshot: { id: 's', parent_id: null, bytes: null, created_at: null, kept_until: at(9) },
  skip_reason: 'mood',
})

const views = fc
  .tuple(
    fc.array(damaged(whole, ['id']), { maxLength: 4 }),
    damaged(makeView([]).build, ['number', 'created_at', 'version']),
    fc.constantFrom('scheduled', 'running', 'failing', 'failed', 'passed', 'canceling', 'canceled', 'levitating'),
  )
  .chain(([jobs, build, state]) =>
    damaged(makeView(jobs, { ...build, state: state as 'passed' }, { eta_ms: 3 }), ['build', 'pipeline']),
  )

test('web X1 unknown states and missing members break nothing, and every build has a sentence', () => {
  fc.assert(
    fc.property(views, (raw) => {
      const view: BuildView = completeView(raw)
      const now = epoch + 5000
      expect(sentenceText(sentenceOf(view, 'acme', now))).toMatch(/\S/)
      expect(sentenceText(sentenceOf(view, 'acme', now))).not.toMatch(/undefined|NaN|null|\[object/)
      expect(tabTitle(view, 'acme')).not.toMatch(/undefined|NaN/)
      const job = chooseJob(view)
      for (const order of ['state', 'graph'] as const)
        stepRows(view, { order, filter: 'test', open: new Set(), selected: job?.id ?? null })
      availableActions(view, job, true)
      failuresOf(view)
      findJob(view, 'another')
      skippedBecause(view.jobs)
      compareLink(view)
      mergeRead(view, mergeEvents(view, [], at(0)))
      costLabel(view.cost, false)
      for (const one of view.jobs) {
        expect(failureReason(one)).not.toMatch(/undefined|NaN|null/)
        shortReason(one)
        skipSentence(one, new Map())
        lineageOf(one, view.jobs)
        snapshotSummary(one, String)
        cacheSentence(one.cache, now)
        attemptView(one, 2)
      }
    }),
    { numRuns: scaled(150) },
  )
})
