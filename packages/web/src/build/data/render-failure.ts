import { type BuildView, hasFailed, type JobView } from './job-state.ts'

/** What rendered the pipeline, with what the build says of its failure: code, message, place in the file (web B14). Every other job as it is. */
export function withRenderFailure(job: JobView, { render, build }: Pick<BuildView, 'render' | 'build'>): JobView {
  const { failure } = job
  const code = build.error_code ?? null
  if (job.id !== render?.id || !hasFailed(job) || failure === null || code === null) return job
  return {
    ...job,
    error_code: job.error_code ?? code,
    failure: { ...failure, kind: job.error_code ?? code, message: build.error_message || failure.message },
  }
}
