import { isTerminal, type Job, type Step } from '@harmont/engine'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import { areFilesGone, filesKeptUntil } from '../jobs/retry-problem.ts'
import type { JobView, ViewOfBuild } from './view-of-build.ts'

/** Returns the file system that a job left. A cache entry may preserve it beyond `kept_until`. */
export function snapshotOf(view: ViewOfBuild, job: Job, step: Step): JobView['snapshot'] {
  const { snapshot } = job
  if (snapshot === null) return null
  return {
    id: snapshot,
    parent_id: parentSnapshot(view, step),
    // The driver does not measure the size of snapshots.
    bytes: null,
    created_at: createdAt(view, job),
    kept_until: keptUntil(view),
  }
}

/** Returns when a snapshot was made: by an earlier build, or at the end of the command. */
function createdAt({ lookUps }: ViewOfBuild, { id, cached, finishedAt }: Job): string | null {
  if (!cached) return formatOptionalInstant(finishedAt)
  const made = lookUps.get(id)?.hit?.createdAt
  return made === undefined ? null : formatInstant(new Date(made))
}

/** Describes how to open a shell where a job ended, or began; null for a job that has not ended. */
export function shellOf(view: ViewOfBuild, job: Job, step: Step): JobView['shell'] {
  if (!isTerminal(job.state)) return null
  const reason = whyNoShell(view, job)
  const command = shellCommand(view, step, [])
  const canBegin = step.image !== null || (parentSnapshot(view, step) !== null && !areFilesGone(view.build, view.now))
  return {
    available: reason === null,
    reason,
    command,
    before_command: canBegin ? shellCommand(view, step, ['--before']) : null,
    kept_until: reason === null ? keptUntil(view) : null,
  }
}

/** Returns the command that runs a step on a laptop; null if its pipeline is unknown. */
export function localCommand({ pipeline, context }: ViewOfBuild, step: Step): string | null {
  const slug = pipeline.source_slug ?? context.renderSlug
  return slug === null ? null : ['hm', 'run', slug, '-s', step.key].map(shellWord).join(' ')
}

function shellCommand(
  { pipeline, organizationSlug, number }: ViewOfBuild,
  { key }: Step,
  flags: readonly string[],
): string {
  const words = ['hm', 'shell', String(number), key, '-p', pipeline.slug, '--org', organizationSlug, ...flags]
  return words.map(shellWord).join(' ')
}

function whyNoShell(view: ViewOfBuild, { snapshot, startedAt, cached, state }: Job): string | null {
  if (startedAt === null && !cached) return 'The step never ran, so it has no file system.'
  if (snapshot === null)
    return state === 'passed'
      ? 'The file system of a passed step is kept only if other steps build in it, or in the cache.'
      : 'The file system of this step could not be kept.'
  return areFilesGone(view.build, view.now) ? 'It was kept for one day after the build ended.' : null
}

function parentSnapshot({ build }: ViewOfBuild, { buildsIn }: Step): string | null {
  return buildsIn === null ? null : (build.jobs[buildsIn]?.snapshot ?? null)
}

function keptUntil({ build }: ViewOfBuild): string | null {
  return formatOptionalInstant(filesKeptUntil(build))
}

/** Quotes a text as one word for a POSIX shell, if necessary. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
