/** Describes a build as a check. The same build always gives the same check. */
import type { Job } from '@harmont/engine'
import { countWords, type Found, failureWords, type ReportedFailure } from '@harmont/logs'
import { markdownText } from '../../builds/annotations/markdown-text.ts'
import type { ReadAnnotation } from '../../builds/annotations/read-annotations.ts'
import type { Check, CheckAction, CheckConclusion } from '../forge/forge.ts'
import type { Trigger } from '../triggers/trigger.ts'
import type { CheckedBuild } from './store.ts'

/** The facts of a job's newest attempt that a check shows. */
export interface CheckedJob
  extends Pick<Job, 'state' | 'exitCode' | 'errorCode' | 'errorMessage' | 'softFailed' | 'finishedAt'> {
  /** The name of its step. */
  readonly name: string
  /** Whether it failed softly, because all its failed tests are in quarantine. */
  readonly inQuarantine: boolean
}

interface CheckedAnnotation extends Pick<ReadAnnotation, 'name' | 'style' | 'tree'> {
  /** The name of its step. */
  readonly step: string
}

export interface CheckSubject {
  readonly build: CheckedBuild
  readonly jobs: readonly CheckedJob[]
  /** The last output of the first failed job; null if no job failed. */
  readonly lastOutput: string | null
  /** The failures in its test reports, or else in its log. */
  readonly found: Found<ReportedFailure>
  /**
   * The failed tests of its reports. Files named by a log are excluded, since they may be outside
   * the repository.
   */
  readonly failedTests: readonly ReportedFailure[]
  /** The annotations of the steps. */
  readonly annotations: readonly CheckedAnnotation[]
  readonly publicUrl: string
}

/** The parts of a check that describe a build. */
export type CheckContent = Pick<Check, 'detailsUrl' | 'state' | 'output' | 'actions' | 'failedTests'>

/** Returns the name of a pipeline's check. A pipeline with both triggers has one name for each. */
export function checkName(slug: string, triggers: readonly Trigger[], isPullRequest: boolean): string {
  const hasBoth = ['push', 'pull_request'].every((event) => triggers.some((trigger) => trigger.event === event))
  return `harmont/${slug}${isPullRequest && hasBoth ? ' (pull request)' : ''}`
}

/** The buttons of a check. */
export const checkActions = {
  approve: { label: 'Approve and run', description: 'Run this pull request from a fork', identifier: 'approve' },
  retry: { label: 'Retry failed jobs', description: 'Run the failed jobs again', identifier: 'retry_failed' },
} as const satisfies Readonly<Record<string, CheckAction>>

/** Returns the content of a build's check. */
export function describeCheck(subject: CheckSubject): CheckContent {
  const { build, publicUrl } = subject
  return {
    detailsUrl: `${publicUrl}/${build.organization_slug}/pipelines/${build.pipeline_slug}/builds/${build.number}`,
    state: stateOf(subject),
    output: {
      title: titleOf(subject),
      summary: summaryOf(subject),
      text: textOf(subject),
      ...(subject.annotations.length === 0 ? {} : { annotations: annotationsOf(subject) }),
    },
    actions: actionsOf(subject),
    failedTests: subject.failedTests,
  }
}

function stateOf({ build, jobs }: CheckSubject): Check['state'] {
  const { started_at: began, finished_at: finishedAt, idle_ms: idleMs } = build
  // Forges show the time from start to end, so the start is moved by the time between an end and a
  // retry.
  const startedAt = began === null ? null : new Date(began.getTime() + idleMs)
  if (build.is_held)
    return { status: 'completed', conclusion: 'action_required', startedAt: null, completedAt: build.created_at }
  if (finishedAt !== null)
    return { status: 'completed', conclusion: conclusionOf(build, jobs), startedAt, completedAt: finishedAt }
  return startedAt === null ? { status: 'queued' } : { status: 'in_progress', startedAt }
}

function conclusionOf({ state, error_code: code }: CheckedBuild, jobs: readonly CheckedJob[]): CheckConclusion {
  switch (state) {
    case 'passed':
      return 'success'
    case 'canceled':
      return 'cancelled'
    default:
      return code === 'pipeline_timeout' || firstFailure(jobs)?.state === 'timed_out' ? 'timed_out' : 'failure'
  }
}

/** The job that failed the build; if there are several, the one that ended first. */
export function firstFailure<T extends CheckedJob>(jobs: readonly T[]): T | undefined {
  const failed = jobs.filter(({ state, softFailed }) => (state === 'failed' || state === 'timed_out') && !softFailed)
  return failed.toSorted((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0))[0]
}

function titleOf({ build, jobs, found }: CheckSubject): string {
  if (build.is_held) return 'Waiting for approval'
  const ended = jobs.filter(({ finishedAt }) => finishedAt !== null).length
  switch (build.state) {
    case 'scheduled':
      return build.awaits_place ? 'Waiting for its concurrency group' : 'Waiting for a runner'
    case 'running':
    case 'failing':
    case 'canceling':
      return `${ended} of ${jobs.length} jobs finished`
    case 'passed':
      return passedTitle(jobs)
    case 'canceled':
      return canceledTitle(build.error_code)
    case 'failed':
      return build.error_code ?? failedTitle(jobs, found)
  }
}

function passedTitle(jobs: readonly CheckedJob[]): string {
  const soft = jobs.filter(({ softFailed }) => softFailed).length
  const failed = soft === 0 ? '' : `, ${soft} failed softly`
  return `${jobs.length - soft} of ${jobs.length} jobs passed${failed}`
}

function canceledTitle(code: string | null): string {
  if (code === 'approval_expired') return 'Approval expired'
  return code === 'superseded' ? 'Superseded by a newer build' : 'Canceled'
}

function failedTitle(jobs: readonly CheckedJob[], found: Found<ReportedFailure>): string {
  const first = firstFailure(jobs)
  const others =
    jobs.filter(({ state, softFailed }) => (state === 'failed' || state === 'timed_out') && !softFailed).length - 1
  if (first === undefined) return 'Failed'
  const name = first.name.slice(0, 100)
  const reason = found.failures.length === 0 ? ` ${reasonOf(first)}` : `: ${countWords(found)}`
  return `${name}${reason}${others > 0 ? `, and ${others} more` : ''}`
}

function reasonOf({ state, exitCode, errorCode }: CheckedJob): string {
  if (state === 'timed_out') return 'timed out'
  if (errorCode !== null) return `failed with ${errorCode}`
  return exitCode === null ? 'failed' : `failed with exit code ${exitCode}`
}

function summaryOf({ build, jobs }: CheckSubject): string {
  if (build.is_held)
    return 'This pull request comes from a fork. A member of the organization can approve this commit here or on the build page; it is built without secrets.'
  const counts = new Map<string, number>()
  for (const { state } of jobs) counts.set(state, (counts.get(state) ?? 0) + 1)
  const list = [...counts].map(([state, count]) => `${count} ${state.replace('_', ' ')}`).join(', ')
  return `Build #${build.number} of ${build.pipeline_slug}${list === '' ? '' : `: ${list}`}.`
}

/** GitHub accepts 65,535 characters of a summary. */
const mostAnnotationCharacters = 60_000

/** Returns the annotations as Markdown, as far as there is room, and the number of omitted ones. */
function annotationsOf({ annotations }: CheckSubject): string {
  const texts: string[] = []
  let characters = 0
  for (const { step, style, name, tree } of annotations) {
    const of = `**${escaped(step)}**`
    const title = style === 'summary' ? of : `${marks[style]} **${escaped(name)}** · ${of}`
    const text = `${title}\n\n${markdownText(tree)}`
    characters += text.length
    if (characters > mostAnnotationCharacters) break
    texts.push(text)
  }
  const more = annotations.length - texts.length
  return (more === 0 ? texts : [...texts, `${more} more on the page of the build.`]).join('\n\n')
}

const marks = { info: 'ℹ️', success: '✅', warning: '⚠️', error: '❌' } as const

function escaped(name: string): string {
  return name.slice(0, 255).replaceAll(/[\\`*_[\]<>]/g, '\\$&')
}

/** GitHub accepts 65,000 bytes; the rest is for the other parts of the text. */
const mostOutputBytes = 40_000
/** Each annotation takes less than 3,000 bytes, and rarely more than 200. */
const mostReported = 5

function textOf({ build, jobs, lastOutput, found }: CheckSubject): string | null {
  const first = firstFailure(jobs)
  const message = build.error_message ?? first?.errorMessage ?? null
  const parts = [
    ...(first === undefined ? [] : [`**${escaped(first.name)}** ${reasonOf(first)}.`]),
    ...(message === null ? [] : [fenced(lastBytes(message, 4_000))]),
    ...jobs
      .filter(({ inQuarantine }) => inQuarantine)
      .slice(0, mostReported)
      .map(softly),
    ...(found.failures.length === 0 ? [] : [reported(found)]),
    ...(lastOutput === null || lastOutput === '' ? [] : [fenced(lastBytes(lastOutput, mostOutputBytes))]),
  ]
  return parts.length === 0 ? null : parts.join('\n\n')
}

function softly({ name, errorMessage }: CheckedJob): string {
  return `**${escaped(name)}**: ${errorMessage ?? 'Failed softly.'}`
}

/** Lists the reported failures, one line each. */
function reported(found: Found<ReportedFailure>): string {
  const shown = found.failures.slice(0, mostReported)
  const more = found.tests + found.errors - shown.length
  return fenced([...shown.map(failureWords), ...(more === 0 ? [] : [`and ${more} more`])].join('\n'))
}

/** Returns a Markdown code block with the text, whatever it contains. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(Math.min(longest + 1, 1_000))
  // A fence longer than a thousand backticks is cut, because nobody reads such output.
  const shown = longest < 1_000 ? text : text.replaceAll(/`{3,}/g, '``')
  return `${fence}text\n${shown.replace(/\n$/, '')}\n${fence}`
}

/** Returns the end of a text, at most `most` bytes, starting with a whole character. */
export function lastBytes(text: string, most: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= most) return text
  let from = bytes.length - most
  while (((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1
  return bytes.subarray(from).toString()
}

function actionsOf({ build, jobs }: CheckSubject): readonly CheckAction[] {
  if (build.is_held) return [checkActions.approve]
  const canRetry =
    build.finished_at !== null && jobs.some(({ state }) => ['failed', 'timed_out', 'canceled'].includes(state))
  return canRetry ? [checkActions.retry] : []
}
