import { type BuildView, instantOf } from '../data/job-state.ts'

type Build = BuildView['build']

const triggers: Readonly<Record<string, string>> = {
  ui: 'Manual',
  api: 'API',
  schedule: 'Schedule',
  trigger_job: 'Another pipeline',
}

/** What started a build, for people; a trigger that this release does not know is its own word (web X1). */
export function triggerWords({ source, rebuild_of, pull_request, tag }: Build): string {
  if (typeof rebuild_of === 'number') return `Rebuild of #${rebuild_of}`
  if (source === 'webhook') return pull_request ? 'Pull request' : tag ? 'Tag' : 'Push'
  return source ? (triggers[source] ?? source) : '—'
}

/** The first line of the commit's message; null without one. */
export function headline({ message }: Build): string | null {
  const line = (message ?? '').trim().split('\n', 1)[0]?.trim() ?? ''
  return line === '' ? null : line
}

/** How long it waited until its first step began, so far where none has; null where it is not known. */
export function queuedMs({ scheduled_at, created_at, started_at, finished_at }: Build, now: number): number | null {
  const from = instantOf(scheduled_at) ?? instantOf(created_at)
  const until = instantOf(started_at) ?? instantOf(finished_at) ?? now
  return from === null ? null : Math.max(0, until - from)
}
