import type { Exit, Running, Sandbox } from '@harmont/sandbox'
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
  command: { readonly script: string; readonly env: Readonly<Record<string, string>> },
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
    if (!job.started) await report(() => options.port.started(job, running.startedAt))
    // From the start on leases are longer: the watchdog is to hear of it.
    renewSoon()
  }
  const end = async () => {
    const exit = await awaitEnd(context, started)
    vacate()
    return exit
  }
  const [exit] = await Promise.all([end(), reportStart(), log.pump(running.output(log.outputOffset, signal))])
  return exit
}
