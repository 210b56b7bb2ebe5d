import type { QueryClient } from '@tanstack/react-query'
import { logQuery } from '../log/data/queries.ts'
import { startOf } from '../log/log-viewer.tsx'
import { attemptView } from './data/attempt-view.ts'
import { chooseJob } from './data/choose-job.ts'
import { findJob } from './data/find-job.ts'
import { type BuildView, hasLog, type JobView, logStartOf } from './data/job-state.ts'
import { type BuildPlace, buildQuery } from './data/queries.ts'

/** What the address asks for. */
interface Asked {
  readonly job?: string | undefined
  readonly attempt?: number | undefined
  /** `#L120`, or empty. */
  readonly fragment: string
}

/** The attempt that the page will show first, where the address names none that there is the one that its state chooses. */
export function firstShown(view: BuildView, { job, attempt }: Asked): JobView | null {
  const picked = job === undefined ? null : findJob(view, job)
  const step = picked ?? chooseJob(view)
  return step === null ? null : (attemptView(step, picked === null ? undefined : attempt) ?? step)
}

/**
 * Begins to read what the page will show, while it is drawn: the build, and the log of its first step as soon as that is known. Resolves when the build is
 * there. What fails here the page asks for again, and says.
 */
export async function readAhead(queries: QueryClient, place: BuildPlace, asked: Asked): Promise<void> {
  const query = buildQuery(place)
  await queries.prefetchQuery(query)
  const view = queries.getQueryData(query.queryKey)
  const job = view === undefined ? null : firstShown(view, asked)
  if (job !== null && hasLog(job))
    void queries.prefetchQuery(logQuery({ ...place, jobId: job.id }, startOf(logStartOf(job), asked.fragment)))
}
