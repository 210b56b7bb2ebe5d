import { useQuery } from '@tanstack/react-query'
import { hasFailed, type JobView } from '../data/job-state.ts'
import { type BuildPlace, jobQuery } from '../data/queries.ts'

/** An older attempt with what the view does not tell of it: its error. The newest one as it is. */
export function useAttempt(place: BuildPlace, step: JobView, job: JobView): JobView {
  const isOlder = job.id !== step.id
  const { data } = useQuery({ ...jobQuery(place, job.id), enabled: isOlder && hasFailed(job) })
  if (!isOlder || data === undefined || job.failure === null) return job
  const { error_code = null, error_message = null, soft_failed } = data
  return {
    ...job,
    soft_failed: soft_failed ?? false,
    error_code,
    error_message,
    failure: {
      ...job.failure,
      kind: error_code ?? job.failure.kind,
      signal: /\bSIG[A-Z0-9]+\b/.exec(error_message ?? '')?.[0] ?? null,
      message: error_message ?? job.failure.message,
    },
  }
}
