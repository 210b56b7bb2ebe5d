import { lookOf } from '../../design/state.ts'
import { showInvisible } from '../../text/escape.ts'
import { chooseJob } from '../data/choose-job.ts'
import { type BuildView, instantOf, isHardFailure, nameOf } from '../data/job-state.ts'

type Build = BuildView['build']

const triggers: Readonly<Record<string, string>> = {
  ui: 'Manual',
  api: 'API',
  schedule: 'Schedule',
  trigger_job: 'Another pipeline',
}

/** Names the trigger of a build; an unknown trigger keeps its own name (web X1). */
export function triggerLabel({ source, rebuild_of, pull_request, tag }: Build): string {
  if (typeof rebuild_of === 'number') return `Rebuild of #${rebuild_of}`
  if (source === 'webhook') return pull_request ? 'Pull request' : tag ? 'Tag' : 'Push'
  return source ? (triggers[source] ?? source) : '—'
}

/** Returns the first line of the commit's message; null if there is none. */
export function headline({ message }: Build): string | null {
  const line = (message ?? '').trim().split('\n', 1)[0]?.trim() ?? ''
  return line === '' ? null : line
}

/** Returns the time that the build waited for its first step, so far or in all; null if unknown. */
export function queuedMs({ scheduled_at, created_at, started_at, finished_at }: Build, now: number): number | null {
  const from = instantOf(scheduled_at) ?? instantOf(created_at)
  const until = instantOf(started_at) ?? instantOf(finished_at) ?? now
  return from === null ? null : Math.max(0, until - from)
}

/** Returns the tab's title (web T1): `Failed: test · ci #60 · Acme`. `org`: a name. */
export function tabTitle(view: BuildView, org: string): string {
  const { build, pipeline } = view
  const failed = chooseJob(view)
  const isRed = build.state === 'failed' || build.state === 'failing'
  const step = isRed && failed !== null && isHardFailure(failed) ? `: ${shortened(showInvisible(nameOf(failed)))}` : ''
  return `${lookOf(build.state).word}${step} · ${shortened(showInvisible(pipeline.name || pipeline.slug))} #${build.number} · ${org}`
}

function shortened(name: string): string {
  return name.length > 40 ? `${name.slice(0, 39)}…` : name
}

/**
 * Returns the announcements for screen readers between two views: a new build state and newly
 * failed steps, without timers or logs (web T3).
 */
export function announcementsOf(before: BuildView, after: BuildView): readonly string[] {
  if (before.build.number !== after.build.number || before.pipeline.slug !== after.pipeline.slug) return []
  const failedBefore = new Set(before.jobs.filter(isHardFailure).map(({ id }) => id))
  const failed = after.jobs.filter((job) => isHardFailure(job) && !failedBefore.has(job.id))
  const [first] = failed
  const steps =
    first === undefined
      ? []
      : [
          failed.length === 1
            ? `Step ${nameOf(first)} failed.`
            : `Step ${nameOf(first)} and ${failed.length - 1} more failed.`,
        ]
  const isNew = before.build.state !== after.build.state
  return isNew ? [...steps, `Build ${after.build.number}: ${lookOf(after.build.state).word}.`] : steps
}
