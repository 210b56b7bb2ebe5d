import { counted } from '../../text/count.ts'
import { chooseJob } from '../data/choose-job.ts'
import { allJobs, type BuildView, isActive, isHardFailure, type JobView, nameOf } from '../data/job-state.ts'
import { afterDuration, failureReason, isPlatformFault, isUnstarted, notStarted } from './failure-reason.ts'
import { reportedSentence } from './failure-reports.ts'
import type { Sentence } from './sentence.ts'

/**
 * Describes the failure, its cause, its place in the log, and the last passed build (web R1, R5).
 */
export function failedSentence(view: BuildView, org: string, now: number): Sentence {
  const { build, jobs } = view
  const code = build.error_code ?? ''
  if (code === 'billing_insufficient_balance')
    return ['Not started: ', { kind: 'usage', text: `the balance of ${org}` }, ' is used up.']
  const failed = chooseJob(view)
  if (jobs.length === 0 || notStarted[code] !== undefined) {
    const why = notStarted[code] ?? (view.render === null ? null : renderFailure(view.render))
    return why === null ? ['Not started: ', reasonOf(build)] : [`Not started: ${why}.`, ...passedLast(view)]
  }
  if (failed === null || !isHardFailure(failed))
    return [code === 'pipeline_timeout' ? 'Timed out: ' : 'Failed: ', reasonOf(build), ...passedLast(view)]
  return [...stepFailed(failed, now), ...others(view, failed), ...passedLast(view)]
}

function renderFailure(render: JobView): string {
  return isPlatformFault(render) || isUnstarted(render)
    ? `rendering the pipeline file was interrupted: ${failureReason(render)}; the file did not cause it`
    : 'the pipeline file failed to render'
}

function stepFailed(job: JobView, now: number): Sentence {
  const step = { kind: 'step', text: nameOf(job), job } as const
  const end = failureReason(job)
  const after = afterDuration(job, now)
  if (isUnstarted(job)) return [step, ` did not start: ${end}.`]
  if (isPlatformFault(job)) return [step, ` was interrupted: ${end}${after}. Your command did not cause it.`]
  const reported = job.state === 'timed_out' ? null : reportedSentence(job, now)
  if (reported !== null) return [step, ...reported]
  const line = job.failure?.first_error_line ?? null
  const at: Sentence = line === null ? [] : [' First error at ', { kind: 'line', line, job }, '.']
  const state = job.state === 'timed_out' ? ' timed out: ' : ' failed: '
  return [step, `${end === 'timed out' ? ' ' : state}${end}${after}.`, ...at]
}

function others(view: BuildView, failed: JobView): Sentence {
  const more = view.jobs.filter((job) => isHardFailure(job) && job.id !== failed.id).length
  const active = allJobs(view).filter(isActive).length
  return [
    ...(more === 0 ? [] : [` ${counted(more, 'more step')} failed.`]),
    ...(active === 0 ? [] : [` ${counted(active, 'step')} still ${active === 1 ? 'runs' : 'run'}.`]),
  ]
}

function passedLast({ last_passed }: BuildView): Sentence {
  return last_passed === null
    ? []
    : [' This branch last passed in ', { kind: 'build', number: last_passed.number }, '.']
}

function reasonOf({ error_message, error_code }: BuildView['build']): {
  readonly kind: 'server'
  readonly text: string
} {
  return { kind: 'server', text: error_message || error_code || 'the server did not say why' }
}
