import { onThisMachine } from '../api/clock.ts'
import type { ReadBuild } from '../api/complete.ts'
import type { BuildSummary } from './filters.ts'

const triggers: Readonly<Record<string, string>> = {
  api: 'API',
  ui: 'Manual',
  webhook: 'Push',
  schedule: 'Schedule',
  trigger_job: 'Trigger',
}

/** What started a build, in a word; one that this release does not know is its own word (web X1). */
export function triggerLabel({ source, rebuild_of, pull_request, tag }: BuildSummary): string {
  if (rebuild_of != null) return `Rebuild of #${rebuild_of}`
  if (source === 'webhook' && pull_request != null) return 'Pull request'
  if (source === 'webhook' && tag != null) return 'Tag'
  return source == null ? '—' : (triggers[source] ?? source)
}

/** Triggers to choose from. */
export const triggerChoices = Object.entries(triggers).map(([value, label]) => ({ value, label }))

/** The first line of a build's message; without one, what else says which build it is. */
export function titleOf({ message, branch, commit }: BuildSummary): string {
  const [first = ''] = (message ?? '').trimStart().split('\n', 1)
  return first.trim() || branch || commit || 'No message'
}

const ended = new Set(['passed', 'failed', 'canceled'])

/** Whether nothing more happens in the build. */
export function hasEnded({ state }: Pick<BuildSummary, 'state'>): boolean {
  return ended.has(state)
}

/** How long the build ran, or has run by now, in milliseconds; null: it did not start. */
export function ranMs({ started_at, finished_at, run_ms, runs_since }: ReadBuild, now: number): number | null {
  if (started_at == null) return null
  if (finished_at != null) return run_ms
  return Math.max(0, runs_since === undefined ? now - Date.parse(started_at) : onThisMachine(now) - runs_since)
}

/** How long it waited to start, or has waited by now, in milliseconds. */
export function queuedMs(build: BuildSummary, now: number): number | null {
  const { scheduled_at, created_at, started_at, finished_at, queue_ms } = build
  return started_at == null && finished_at == null
    ? Math.max(0, now - Date.parse(scheduled_at ?? created_at))
    : queue_ms
}

const waits: Readonly<Record<string, string>> = {
  runner: 'waits for a runner',
  approval: 'waits for approval',
  concurrency_group: 'waits for its concurrency group',
  pipeline_limit: 'waits for the limit of its pipeline',
  organization_limit: 'waits for the limit of its organization',
}

/** Why it is waiting, where it does; a reason that this release does not know is its own word (web X1). */
export function waitLabel({ state, wait_reason }: BuildSummary): string | null {
  if (wait_reason == null) return state === 'scheduled' ? 'waits for a runner' : null
  return hasEnded({ state }) ? null : (waits[wait_reason] ?? `waits: ${wait_reason}`)
}
