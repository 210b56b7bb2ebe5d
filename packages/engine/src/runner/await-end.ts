import { type Exit, now } from '@harmont/sandbox'
import type { Started } from './follow-command.ts'
import { type StopReason, watchdogDeadline } from './held-lease.ts'
import type { JobContext } from './job-context.ts'

/** The time of an end is that of a file, which the kernel takes from a clock that is up to a tick behind: who is told a little late ends in no case too early. */
const tickMs = 10

/**
 * Waits until the command has ended, keeping its watchdog as far off as the lease lasts. When it is asked to stop, or its time is over, the whole tree
 * gets SIGTERM, and SIGKILL after the grace. Throws when the lease is lost or this process ends.
 *
 * When it was the watchdog that ended the command, because nobody renewed the lease, then not the command failed but its runner: the code is null.
 */
export async function awaitEnd(context: JobContext, { running, adopted, toldAt }: Started): Promise<Exit> {
  const { lease, settings, options } = context
  const extend = async (expiresAt: Date) => {
    try {
      await running.extend(watchdogDeadline(expiresAt))
    } catch (error) {
      options.log('error', `job ${lease.job.jobId}: could not extend its watchdog`, error)
    }
  }
  const unsubscribe = lease.onRenewed(extend)
  const overAt = timeIsOverAt(context, toldAt ?? running.startedAt)
  const { over, cancel } = timer(Math.max(overAt.getTime() - now(), 0) + tickMs)
  try {
    // An earlier process may have set it long ago.
    if (adopted && lease.expiresAt > new Date(now())) await extend(lease.expiresAt)
    const exited = running.exited(lease.signal)
    // An adopted command may have ended in time: that is found out before anybody is told to hurry.
    const first = await Promise.race(adopted && (await running.hasEnded()) ? [exited] : [exited, lease.stopAsked, over])
    if (typeof first !== 'string') {
      if (first.overdue && first.endedAt < overAt) return { ...first, code: null, signal: null }
    } else {
      context.log.remark(stopSentence(first, settings.graceMs))
      await running.kill('SIGTERM')
      if (!(await endsWithin(exited, settings.graceMs))) {
        context.log.remark(killSentence(settings.graceMs))
        await running.kill('SIGKILL')
      }
    }
    const exit = await exited
    // Not before the end: it may have come in time after all. What is too late is not worth keeping.
    if (exit.endedAt >= overAt) lease.stop('timeout')
    return exit
  } finally {
    unsubscribe()
    cancel()
  }
}

/** The instant that the store has as the job's deadline too, whether or not it can be asked. */
function timeIsOverAt({ lease, settings }: JobContext, startedAt: Date): Date {
  const { work, deadlineAt } = lease.job
  if (deadlineAt !== null) return deadlineAt
  const seconds = work.kind === 'step' ? work.step.timeoutSeconds : settings.renderSeconds
  return new Date(startedAt.getTime() + seconds * 1000)
}

function timer(ms: number): { readonly over: Promise<'timeout'>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<'timeout'>()
  const timeout = setTimeout(() => resolve('timeout'), ms)
  return { over: promise, cancel: () => clearTimeout(timeout) }
}

async function endsWithin(exited: Promise<Exit>, ms: number): Promise<boolean> {
  const { over, cancel } = timer(ms)
  try {
    return (await Promise.race([exited, over])) !== 'timeout'
  } finally {
    cancel()
  }
}

function stopSentence(reason: StopReason, graceMs: number): string {
  const why = reason === 'cancel' ? 'canceled' : 'timed out'
  return `${why}; sent SIGTERM, SIGKILL in ${graceMs / 1000} s`
}

function killSentence(graceMs: number): string {
  return `still running ${graceMs / 1000} s after SIGTERM; sent SIGKILL`
}
