import { counted } from '../../text/count.ts'
import { formatDuration } from '../../text/duration.ts'
import { allJobs, type BuildView, instantOf, isActive, isEnded, type JobView, nameOf } from '../data/job-state.ts'
import { failedSentence } from './failed.ts'
import type { Sentence } from './sentence.ts'

/**
 * Describes the current state of the build (web.md 6, R5). `org`: its organization; `now`: server
 * time.
 */
export function sentenceOf(view: BuildView, org: string, now: number): Sentence {
  const { build } = view
  switch (build.state) {
    case 'failed':
    case 'failing':
      return failedSentence(view, org, now)
    case 'running':
      return running(view, now)
    case 'scheduled':
      return ['Waiting', ...waitingSentence(firstWaiting(view), now)]
    case 'canceling':
      return canceling(view)
    case 'canceled':
      return canceled(view)
    case 'passed':
      return passed(view)
    default:
      return [{ kind: 'name', text: build.state }, ': unknown state.']
  }
}

/** Returns the words after `Waiting`: the reason, then the duration, so that it moves no word. */
function waitingSentence(job: JobView | null, now: number): Sentence {
  if (job === null || job.waiting === null) return [' for its turn.']
  const { message, since } = job.waiting
  const from = instantOf(since)
  const said = message.startsWith('Waiting for ') ? message.slice('Waiting'.length) : `. ${message}`
  const long: Sentence = from === null ? [] : [' ', { kind: 'clock', text: `${formatDuration(now - from)} so far.` }]
  return [{ kind: 'server', text: said }, ...long]
}

function firstWaiting(view: BuildView): JobView | null {
  const jobs = allJobs(view).filter(({ waiting }) => waiting !== null)
  return jobs.find(({ state }) => state === 'scheduled') ?? jobs[0] ?? null
}

function running(view: BuildView, now: number): Sentence {
  const { jobs, render } = view
  if (jobs.length === 0)
    return render?.state === 'assigned' ? ['Preparing to render the pipeline file.'] : ['Rendering the pipeline file.']
  const done = jobs.filter(isEnded).length
  const steps = `Running: ${done} of ${counted(jobs.length, 'step')}`
  if (!allJobs(view).some(isActive)) {
    const [what, ...rest] = waitingSentence(firstWaiting(view), now)
    return [steps, '; waiting', what ?? '', ...rest]
  }
  const left = msLeft(view, now)
  return [steps, left === null ? '.' : left <= 0 ? ', longer than usual.' : `, about ${roughly(left)} left.`]
}

/**
 * Returns the remaining time in milliseconds; null if unknown. The server made the estimate when it
 * wrote the view.
 */
function msLeft({ eta_ms, server_time }: BuildView, now: number): number | null {
  const written = instantOf(server_time)
  return eta_ms === null || written === null ? null : eta_ms - Math.max(0, now - written)
}

/** Formats an estimate, without seconds above a minute. */
function roughly(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds < 10 ? seconds : Math.ceil(seconds / 10) * 10} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`
}

function canceling(view: BuildView): Sentence {
  const left = allJobs(view).filter((job) => isActive(job)).length
  return [left === 0 ? 'Canceling.' : `Canceling: ${counted(left, 'step')} ${left === 1 ? 'is' : 'are'} being stopped.`]
}

function canceled({ build, canceled_by }: BuildView): Sentence {
  if (build.error_code === 'approval_expired') return ['Canceled: not approved in time.']
  const by: Sentence = canceled_by?.name ? [' by ', { kind: 'name', text: canceled_by.name }] : []
  const when =
    build.started_at == null
      ? ' before it started.'
      : build.run_ms === null
        ? '.'
        : ` after ${formatDuration(build.run_ms)}.`
  const why: Sentence = build.error_message ? [' ', { kind: 'server', text: build.error_message }] : []
  return ['Canceled', ...by, when, ...why]
}

function passed({ build, jobs }: BuildView): Sentence {
  const long = build.run_ms === null ? '' : ` in ${formatDuration(build.run_ms)}`
  const cached = jobs.filter((job) => job.cached === true).length
  const skipped = jobs.filter(({ state }) => state === 'skipped').length
  const more = [
    ...(cached > 0 ? [`${cached} from the cache`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ')
  const soft = jobs.filter(({ soft_failed }) => soft_failed)
  const [first] = soft
  const allowed: Sentence =
    first === undefined
      ? []
      : soft.length === 1
        ? [' ', { kind: 'step', text: nameOf(first), job: first }, softly(soft)]
        : [` ${soft.length} steps`, softly(soft)]
  return [`Passed: ${counted(jobs.length, 'step')}${long}${more === '' ? '' : ` (${more})`}.`, ...allowed]
}

/** Describes allowed failures, as quarantined tests if these are their only cause. */
function softly(jobs: readonly JobView[]): string {
  const tests = jobs.map(({ failure }) => failure?.quarantined ?? 0)
  if (tests.includes(0)) return ' failed (allowed).'
  const all = tests.reduce((sum, count) => sum + count, 0)
  return ` failed softly: ${counted(all, 'test')} in quarantine.`
}
