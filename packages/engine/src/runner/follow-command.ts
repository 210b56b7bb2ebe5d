import { type Command, type Exit, now, type Running, type Sandbox } from '@harmont/sandbox'
import { runsOnce } from '../core/decide-lease.ts'
import { StopAsked, type StopReason, watchdogDeadline } from './held-lease.ts'
import { type JobContext, tellPhases } from './job-context.ts'

/** Minimum remaining time of a lease when a command starts, in milliseconds. */
const leaseToStartMs = 5_000

export interface Started {
  readonly running: Running
  /** Whether an earlier process started the command. */
  readonly adopted: boolean
  /**
   * Time of the start if it was reported in advance; null if it is still to be reported or an
   * earlier process reported it.
   */
  readonly toldAt: Date | null
}

/**
 * Starts the sandbox's command, with a watchdog deadline shortly before the end of the lease.
 * Reports the start of a step that may run only once in advance. Otherwise, if this process stalled
 * in between, another one would take over a job that seems not to have begun. Throws a
 * SandboxError.
 */
export async function startCommand(
  context: JobContext,
  sandbox: Sandbox,
  command: Pick<Command, 'script' | 'env' | 'secrets' | 'memo' | 'split'>,
): Promise<Started> {
  const { lease, phases } = context
  phases.end('sandbox')
  const { work } = lease.job
  const { disk } = context.options
  // On a full disk, a runtime may fail in ways that look like a failure of the command.
  await disk.look()
  await lease.whileWanted(() => disk.hasRoom(lease.signal))
  await lease.lasts(leaseToStartMs)
  const toldAt = work.kind === 'step' && runsOnce(work.step) ? new Date(now()) : null
  if (toldAt !== null) {
    await reportStart(context, toldAt)
    if (lease.stopReason !== null) throw new StopAsked('the command was asked to stop before it started')
  }
  const deadline = watchdogDeadline(lease.expiresAt)
  const running = await sandbox.start({ ...command, workingDirectory: '/workspace', deadline })
  return { running, adopted: false, toldAt }
}

async function reportStart(context: JobContext, at: Date): Promise<void> {
  const { lease, options, report } = context
  const { job } = lease
  let expiresAt: Date | null = null
  await tellPhases(context, (phases) =>
    report(async () => {
      expiresAt = await options.port.started(job, at, phases)
      return expiresAt !== null
    }),
  )
  // The lease has become longer. The watchdog gets the new expiry immediately; otherwise a kill of
  // this process before the next renewal would end the command.
  if (expiresAt !== null) lease.renewed({ ...job, expiresAt, stop: null })
}

/**
 * Reports the start, stores the output as it arrives, and waits for the end, all concurrently.
 * Returns the end of the command once its output is stored.
 */
export async function followCommand(context: JobContext, started: Started): Promise<Exit> {
  const { lease, log, options, renewSoon, vacate } = context
  const { job, signal } = lease
  const { running, toldAt } = started
  const tellStart = async () => {
    if (job.started) renewSoon()
    else if (toldAt === null) await reportStart(context, running.startedAt)
  }
  const end = async () => {
    const exit = await awaitEnd(context, started)
    vacate()
    return exit
  }
  const free = (offset: number) =>
    running
      .release(offset)
      .catch((error) => options.log('warn', `job ${job.jobId}: could not free the disk space of its output`, error))
  const spool = {
    output: (offset: number) => running.output(offset, signal),
    // Without this, the output occupies disk space as long as the sandbox exists, up to its disk
    // limit. That of a rendering does, because its last words are read after its end.
    release: (offset: number) => {
      if (job.work.kind === 'step') void free(offset)
    },
  }
  const [exit] = await Promise.all([end(), tellStart(), log.pump(spool)])
  return exit
}

/**
 * The end time comes from a file's timestamp, which may lag by one kernel tick. Waiting one tick
 * longer avoids an end that is reported too early.
 */
const tickMs = 10

/**
 * Waits until the command has ended, and extends its watchdog while the lease is renewed. On a stop
 * or a timeout, the process tree gets SIGTERM, and SIGKILL after the grace period. Throws when the
 * lease is lost or this process ends.
 *
 * If the watchdog ended the command because the lease was not renewed, the failure is the runner's,
 * and the exit code is null.
 */
async function awaitEnd(context: JobContext, { running, adopted, toldAt }: Started): Promise<Exit> {
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
    // The deadline of an earlier process may be close.
    if (adopted && lease.expiresAt > new Date(now())) await extend(lease.expiresAt)
    // An adopted command may have ended in time, which is checked before it is stopped.
    const hasEnded = adopted && (await running.hasEnded())
    const exited = running.exited(lease.signal)
    const first = await Promise.race(hasEnded ? [exited] : [exited, lease.stopAsked, over])
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
    // This is checked after the end, because the command may have ended in time. A late result is
    // discarded.
    if (exit.endedAt >= overAt) lease.stop('timeout')
    return exit
  } finally {
    unsubscribe()
    cancel()
  }
}

/** Returns the same deadline as the store, whether or not the store can be reached. */
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
