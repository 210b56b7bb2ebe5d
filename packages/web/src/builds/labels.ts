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

/** Names the trigger of a build; an unknown trigger keeps its own name (web X1). */
export function triggerLabel({ source, rebuild_of, pull_request, tag }: BuildSummary): string {
  if (rebuild_of != null) return `Rebuild of #${rebuild_of}`
  if (source === 'webhook' && pull_request != null) return 'Pull request'
  if (source === 'webhook' && tag != null) return 'Tag'
  return source == null ? '—' : (triggers[source] ?? source)
}

/** The triggers offered as filters. */
export const triggerChoices = Object.entries(triggers).map(([value, label]) => ({ value, label }))

/** Returns the first line of the message, or else the branch or commit. */
export function titleOf({ message, branch, commit }: BuildSummary): string {
  const [first = ''] = (message ?? '').trimStart().split('\n', 1)
  return first.trim() || branch || commit || 'No message'
}

const ended = new Set(['passed', 'failed', 'canceled'])

/** Whether the build's state is final. */
export function hasEnded({ state }: Pick<BuildSummary, 'state'>): boolean {
  return ended.has(state)
}

/** Returns the run time of the build so far in milliseconds; null if it did not start. */
export function ranMs({ started_at, finished_at, run_ms, runs_since }: ReadBuild, now: number): number | null {
  if (started_at == null) return null
  if (finished_at != null) return run_ms
  return Math.max(0, runs_since === undefined ? now - Date.parse(started_at) : onThisMachine(now) - runs_since)
}

/** Returns the waiting time of the build so far in milliseconds. */
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

/** Explains why the build waits; an unknown reason keeps its own name (web X1). */
export function waitLabel({ state, wait_reason }: BuildSummary): string | null {
  if (wait_reason == null) return state === 'scheduled' ? 'waits for a runner' : null
  return hasEnded({ state }) ? null : (waits[wait_reason] ?? `waits: ${wait_reason}`)
}
