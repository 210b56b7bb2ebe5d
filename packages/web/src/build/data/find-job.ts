import { allJobs, type BuildView, type JobView } from './job-state.ts'

/** The newest attempt of the step that an address names: by key, else by the id of any of its attempts. */
export function findJob(view: Pick<BuildView, 'render' | 'jobs'>, address: string): JobView | null {
  const jobs = allJobs(view)
  return (
    jobs.find(({ step_key }) => step_key === address) ??
    jobs.find(({ id, attempts }) => id === address || attempts.some(({ job_id }) => job_id === address)) ??
    null
  )
}
