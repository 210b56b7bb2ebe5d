import { counted, thousands } from '../../text/count.ts'
import { formatAgo } from '../../text/duration.ts'
import { failuresOf } from '../data/choose-job.ts'
import { type BuildView, isHardFailure, type JobView, nameOf } from '../data/job-state.ts'
import { failureReason } from './failure-reason.ts'
import type { Sentence } from './sentence.ts'
import { skippedBecause } from './skipped.ts'

interface OtherFailures {
  /** `2 more failed, 12 skipped`; null if nothing else went wrong. */
  readonly summary: string | null
  /** A line for each later failure, and for each step that caused others to be skipped (web B3). */
  readonly lines: readonly Sentence[]
}

/** Lists the other failures and the skipped steps of a build. `now`: server time. */
export function otherFailures(view: Pick<BuildView, 'render' | 'jobs'>, job: JobView, now: number): OtherFailures {
  const failures = failuresOf(view).filter((one) => one.id !== job.id && isHardFailure(one))
  const skipped = skippedBecause(view.jobs)
  const count = skipped.reduce((sum, one) => sum + one.count, 0)
  const counts = [
    ...(failures.length > 0 ? [`${thousands(failures.length)} more failed`] : []),
    ...(count > 0 ? [`${thousands(count)} skipped`] : []),
  ]
  return {
    summary: counts.length === 0 ? null : counts.join(', '),
    lines: [
      ...failures.map((one): Sentence => {
        const ago = formatAgo(one.finished_at, now)
        return [{ kind: 'step', text: nameOf(one), job: one }, ` failed too: ${failureReason(one)}, ${ago}.`]
      }),
      ...skipped.map(
        (one): Sentence => [
          `${counted(one.count, 'step')} skipped because `,
          { kind: 'step', text: nameOf(one.cause), job: one.cause },
          one.cause.state === 'canceled' ? ' was canceled.' : ' failed.',
        ],
      ),
    ],
  }
}

/**
 * Describes since when builds of the branch have failed, and which one last passed. The sentence is
 * about the branch, because the step may be newer than both builds.
 */
export function sinceSentence({
  failing_since,
  last_passed,
  build,
}: Pick<BuildView, 'failing_since' | 'last_passed' | 'build'>): Sentence {
  const isNew = failing_since === null || failing_since === build.number
  const since: Sentence = isNew
    ? ['First failure on this branch; ']
    : ['Failing on this branch since ', { kind: 'build', number: failing_since }, '; ']
  return last_passed === null
    ? [...since, 'never passed.']
    : [...since, 'last passed in ', { kind: 'build', number: last_passed.number }, '.']
}
