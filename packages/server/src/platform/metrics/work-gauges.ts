import { Gauge, type Registry } from 'prom-client'
import type { WorkCounts } from './count-work.ts'

/** Exposes the pending work in the database, for all processes together. */
export function workGauges(registry: Registry): { set(counts: WorkCounts | null): void } {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const labelled = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  const isUp = gauge('harmont_database_up', '1 when the database answered this scrape')
  const plain = {
    waiting: gauge('harmont_jobs_waiting', 'Jobs waiting for a runner, across all processes'),
    running: gauge('harmont_jobs_running', 'Jobs held by a runner, across all processes'),
    unfinished: gauge('harmont_builds_unfinished', 'Unfinished builds'),
    unapproved: gauge('harmont_builds_unapproved', 'Builds that wait for approval'),
    tasks: gauge('harmont_tasks_waiting', 'Pending background tasks: mails, checks, webhooks'),
    oldestTask: gauge('harmont_tasks_oldest_seconds', 'How long the oldest due background task has waited'),
    notifications: gauge('harmont_notifications_waiting', 'Deliveries of notifications to be sent, now or later'),
    oldestNotification: gauge(
      'harmont_notifications_oldest_seconds',
      'How long the oldest due delivery of a notification has waited',
    ),
    unsentSpans: gauge('harmont_trace_ends_waiting', 'Ended jobs and builds whose spans are still to be sent'),
  }
  const ready = labelled('harmont_jobs_ready', 'Jobs that wait for a runner of the pool and for no limit', 'pool')
  const reasons = labelled('harmont_jobs_waiting_by_reason', 'Waiting jobs, by the reason for the wait', 'reason')
  const runners = labelled(
    'harmont_runners',
    'Runners seen in the last day: ready, draining, or gone for a minute',
    'pool',
    'state',
  )
  return {
    set(counts) {
      isUp.set(counts === null ? 0 : 1)
      for (const each of [ready, reasons, runners]) each.reset()
      for (const [pool, count] of Object.entries(counts?.ready ?? {})) ready.set({ pool }, count)
      for (const [reason, count] of Object.entries(counts?.reasons ?? {})) reasons.set({ reason }, count)
      for (const { pool, state, count } of counts?.runners ?? []) runners.set({ pool, state }, count)
      for (const name of Object.keys(plain) as (keyof typeof plain)[]) {
        if (counts === null) plain[name].remove()
        else plain[name].set(counts[name])
      }
    },
  }
}
