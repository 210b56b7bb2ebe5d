import type { Check } from '../forge/forge.ts'
import type { CheckContent } from './describe-check.ts'
import type { CheckedBuild } from './store.ts'

interface Skip {
  /** A sentence that states why there is no build. */
  readonly because: string
  readonly at: Date
  /** The page of its pipeline. */
  readonly page: string
  /** The newest build of the branch at that time; null if none counts. */
  readonly counts: CheckedBuild | null
}

/**
 * Returns the check of a commit that has no build because of path filters. The check passes, unless
 * the newest build of its branch has not passed: a push of other files does not fix that build.
 */
export function describeSkip({ because, at, page, counts }: Skip): CheckContent {
  const rest = { actions: [], failedTests: [] }
  if (counts === null || counts.state === 'passed') {
    const passed = counts === null ? '' : ` Build #${counts.number} of this branch has passed.`
    return {
      ...rest,
      detailsUrl: page,
      state: { status: 'completed', conclusion: 'success', startedAt: null, completedAt: at },
      output: { title: 'Skipped: no changed file matches', summary: `${because}${passed}`, text: null },
    }
  }
  const does = counts.finished_at === null ? 'has not ended' : counts.state === 'failed' ? 'has failed' : 'was canceled'
  return {
    ...rest,
    detailsUrl: `${page}/builds/${counts.number}`,
    state: stateOf(counts),
    output: {
      title: `Skipped, but build #${counts.number} ${does}`,
      summary: `${because} Build #${counts.number} is the newest of this branch, and counts here too.`,
      text: null,
    },
  }
}

function stateOf({ state, finished_at: finishedAt, started_at: startedAt }: CheckedBuild): Check['state'] {
  if (finishedAt !== null) {
    const conclusion = state === 'failed' ? 'failure' : 'cancelled'
    return { status: 'completed', conclusion, startedAt: null, completedAt: finishedAt }
  }
  return startedAt === null ? { status: 'queued' } : { status: 'in_progress', startedAt }
}
