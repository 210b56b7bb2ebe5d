import type { Command, Exit, Running, Sandbox } from '@harmont/sandbox'
import { awaitEnd } from './await-end.ts'
import { watchdogDeadline } from './held-lease.ts'
import type { JobContext } from './job-context.ts'

/** So long a lease must last for a command to be started under it. */
const leaseToStartMs = 5_000

export interface Started {
  readonly running: Running
  /** Whether an earlier process started it. */
  readonly adopted: boolean
}

/** Starts the sandbox's command, with its watchdog's deadline a little before the end of the lease. Fails with a SandboxError. */
export async function startCommand(
  { lease }: JobContext,
  sandbox: Sandbox,
  command: Pick<Command, 'script' | 'env' | 'secrets' | 'memo'>,
): Promise<Started> {
  await lease.lasts(leaseToStartMs)
  const deadline = watchdogDeadline(lease.expiresAt)
  const running = await sandbox.start({ ...command, workingDirectory: '/workspace', deadline })
  return { running, adopted: false }
}

/** Reports the start, stores the output as it comes and waits for the end, all at once. Gives how the command ended, once all of it is stored. */
export async function followCommand(context: JobContext, started: Started): Promise<Exit> {
  const { lease, log, options, report, renewSoon, vacate } = context
  const { job, signal } = lease
  const { running } = started
  const reportStart = async () => {
    if (job.started) return renewSoon()
    let expiresAt: Date | null = null
    await report(async () => {
      expiresAt = await options.port.started(job, running.startedAt)
      return expiresAt !== null
    })
    // From here on the lease is longer. Were the watchdog to hear of it only with the next renewal, a kill of this process in between
    // would cost the command its life.
    if (expiresAt !== null) lease.renewed({ ...job, expiresAt, stop: null })
  }
  const end = async () => {
    const exit = await awaitEnd(context, started)
    vacate()
    return exit
  }
  const [exit] = await Promise.all([end(), reportStart(), log.pump(running.output(log.outputOffset, signal))])
  return exit
}
