import { completeBuild, listOf } from '../../api/complete.ts'
import type { BuildView, JobView } from './job-state.ts'

/**
 * Completes the view of another server release: missing arrays become empty, other missing members
 * null (web X1).
 */
export function completeView(given: BuildView): BuildView {
  const view: Partial<BuildView> = given
  return {
    ...given,
    build: completeBuild(given.build),
    jobs: listOf(view.jobs).map(completeJob),
    render: isObject(view.render) ? completeJob(view.render) : null,
    canceled_by: view.canceled_by ?? null,
    eta_ms: view.eta_ms ?? null,
    cost: view.cost ?? null,
    previous: view.previous ?? null,
    next: view.next ?? null,
    last_passed: view.last_passed ?? null,
    failing_since: view.failing_since ?? null,
    has: view.has ?? { tests: false, artifacts: false },
  }
}

/** Completes one job. */
export function completeJob(given: JobView): JobView {
  const job: Partial<JobView> = given
  const cache: Partial<JobView['cache']> = job.cache ?? {}
  return {
    ...given,
    soft_failed: job.soft_failed ?? false,
    depends_on: listOf(job.depends_on),
    version: job.version ?? 0,
    attempts: listOf(job.attempts),
    phases: listOf(job.phases),
    builds_in: job.builds_in ?? null,
    appended_by: job.appended_by ?? null,
    after_appended: listOf(job.after_appended),
    waits_on: listOf(job.waits_on),
    scheduled_at: job.scheduled_at ?? null,
    assigned_at: job.assigned_at ?? null,
    waiting: isObject(job.waiting) ? { ...job.waiting, refs: listOf(job.waiting.refs) } : null,
    skipped_by: job.skipped_by ?? null,
    image: job.image ?? null,
    snapshot: job.snapshot ?? null,
    cache: {
      rule: cache.rule ?? null,
      outcome: cache.outcome ?? 'off',
      policy: cache.policy ?? null,
      from: cache.from ?? null,
      reason: cache.reason ?? null,
      changes: listOf(cache.changes),
    },
    failure: isObject(job.failure) ? { ...job.failure, tail: listOf(job.failure.tail) } : null,
    retry: job.retry ?? { allowed: false, reason: null },
    shell: job.shell ?? null,
    local_command: job.local_command ?? null,
    cost: job.cost ?? null,
    log: job.log ?? { lines: null, bytes: null, complete: false },
    annotations: job.annotations ?? 0,
    runner: job.runner ?? null,
    services: listOf(job.services).map((service) => ({
      ...service,
      from: service.from ?? null,
      ready_ms: service.ready_ms ?? null,
      exit_code: service.exit_code ?? null,
    })),
  }
}

function isObject<Value extends object>(value: Value | null | undefined): value is Value {
  return typeof value === 'object' && value !== null
}
