import { type BuildView, hasFailed, isEnded, type JobView } from './job-state.ts'

const causes: Readonly<Record<string, string>> = {
  first: 'first',
  manual: 'manual retry',
  policy: 'automatic retry',
}

/** Names the cause of an attempt (web B8). */
export function attemptCause(cause: string): string {
  return causes[cause] ?? cause
}

/**
 * Returns an earlier attempt as if it were the newest, with the fields that the view has of it;
 * undefined if there is no such attempt.
 */
export function attemptView(job: JobView, number: number | undefined): JobView | undefined {
  if (number === undefined || number === (job.attempt ?? 1)) return job
  const attempt = job.attempts.find((one) => one.number === number)
  if (attempt === undefined) return undefined
  const { job_id, state, exit_code, started_at, finished_at } = attempt
  const failed = state === 'failed' || state === 'timed_out'
  const message = `The command ended with exit code ${exit_code ?? 'unknown'}.`
  return {
    ...job,
    id: job_id,
    attempt: number,
    state: state as JobView['state'],
    exit_code,
    started_at,
    finished_at,
    soft_failed: false,
    cached: false,
    error_code: null,
    error_message: null,
    wait_reason: null,
    skip_reason: null,
    skipped_by: null,
    waits_on: [],
    waiting: null,
    snapshot: null,
    cache: { outcome: 'off', policy: null, from: null, reason: null, changes: [] },
    failure: failed
      ? {
          kind: 'exit',
          platform: false,
          signal: null,
          message,
          first_error_line: null,
          tail: [],
          hint: null,
          doc_url: null,
        }
      : null,
    retry: { allowed: false, reason: 'there is a newer attempt' },
    shell: null,
    runner: null,
    cost: null,
    log: { lines: null, bytes: null, complete: isEnded({ state: state as JobView['state'] }) },
  }
}

/**
 * Adds the build's own code, message and location to the failed job that renders the pipeline (web
 * B14). Returns other jobs unchanged.
 */
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
