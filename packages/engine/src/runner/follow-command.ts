import { type Command, type Exit, now, type Running, type Sandbox } from '@harmont/sandbox'
import { runsOnce } from '../core/decide-lease.ts'
import { awaitEnd } from './await-end.ts'
import { StopAsked, watchdogDeadline } from './held-lease.ts'
import type { JobContext } from './job-context.ts'

/** So long a lease must last for a command to be started under it. */
const leaseToStartMs = 5_000

export interface Started {
  readonly running: Running
  /** Whether an earlier process started it. */
  readonly adopted: boolean
  /** The start that was reported before it was made; null: it is still to be reported, unless an earlier process did. */
  readonly toldAt: Date | null
}

/**
 * Starts the sandbox's command, with its watchdog's deadline a little before the end of the lease. Of a step that may run only once the start is reported first:
 * were this process held up in between, another would take a job over that seems not to have begun. Fails with a SandboxError.
 */
export async function startCommand(
  context: JobContext,
  sandbox: Sandbox,
  command: Pick<Command, 'script' | 'env' | 'secrets' | 'memo'>,
): Promise<Started> {
  const { lease } = context
  const { work } = lease.job
  const { disk } = context.options
  // A runtime that starts a command on a full disk may fail in ways that look like the command's own.
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

async function reportStart({ lease, options, report }: JobContext, at: Date): Promise<void> {
  const { job } = lease
  let expiresAt: Date | null = null
  await report(async () => {
    expiresAt = await options.port.started(job, at)
    return expiresAt !== null
  })
  // From here on the lease is longer. Were the watchdog to hear of it only with the next renewal, a kill of this process in between
  // would cost the command its life.
  if (expiresAt !== null) lease.renewed({ ...job, expiresAt, stop: null })
}

/** Reports the start, stores the output as it comes and waits for the end, all at once. Gives how the command ended, once all of it is stored. */
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
  const spool = {
    output: (offset: number) => running.output(offset, signal),
    // Without it the output takes disk space as long as the sandbox is there, which its disk limit bounds.
    release: (offset: number) =>
      void running
        .release(offset)
        .catch((error) => options.log('warn', `job ${job.jobId}: could not free the space of its output`, error)),
  }
  const [exit] = await Promise.all([end(), tellStart(), log.pump(spool)])
  return exit
}
