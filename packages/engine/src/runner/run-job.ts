import { now, type SandboxHandle, untilAffordable } from '@harmont/sandbox'
import { vanished } from '../core/exit.ts'
import type { LeasedJob } from '../port.ts'
import { noOutput } from '../step-output.ts'
import { Abandoned, type HeldLease, LeaseLost } from './held-lease.ts'
import { StepTokens } from './id-tokens.ts'
import { finish, type JobContext, type RunnerParts, withJobContext } from './job-context.ts'
import { endRender, runRender } from './run-render.ts'
import { endStep, runStep } from './run-step.ts'
import { notedPromise } from './sandbox-note.ts'
import { maskAgain } from './secrets.ts'
import { ServiceRun } from './services/service-run.ts'

/** Runs a new lease to its end. Calls `vacate` when the job's command has ended. Never rejects. */
export function runJob(parts: RunnerParts, lease: HeldLease, vacate: () => void): Promise<void> {
  return guarded(parts, lease, vacate, (context) => begin(context, lease.job))
}

/**
 * Continues a lease of an earlier process. `handle` names the job's sandbox if it still exists.
 * Never rejects.
 */
export function resumeJob(
  parts: RunnerParts,
  lease: HeldLease,
  vacate: () => void,
  handle: SandboxHandle | undefined,
): Promise<void> {
  return guarded(parts, lease, vacate, async (context) => {
    const { job } = lease
    const { driver } = parts.options
    // A step that may run only once reports its start before it happens.
    const { signal } = lease
    if (job.started && handle && !(await untilAffordable(() => driver.mayHaveBegun(handle), signal))) {
      // The new sandbox takes the same name, and the next process must find it.
      await untilAffordable(() => driver.clearUnbegun(handle), signal)
      return begin(context, job)
    }
    const sandbox = handle && (await untilAffordable(() => driver.adopt(handle), signal))
    if (sandbox) context.hold(sandbox)
    const running = await sandbox?.running()
    if (sandbox && running) {
      const started = { running, adopted: true, toldAt: null }
      if (job.work.kind === 'render') return endRender(context, sandbox, started)
      const promised = notedPromise(sandbox.handle.label)
      const tokens = StepTokens.resume(context, await maskAgain(context, sandbox, promised.lineage))
      const services = ServiceRun.adopt(context, sandbox)
      return endStep(context, job.work, { sandbox, started, promised, services, tokens })
    }
    if (job.started) return finish(context, vanished)
    // The sandbox was made, but no command started in it. The new sandbox takes its name.
    await sandbox?.destroy()
    return begin(context, job)
  })
}

function begin(context: JobContext, { work }: LeasedJob): Promise<void> {
  return work.kind === 'render' ? runRender(context, work) : runStep(context, work)
}

async function guarded(
  parts: RunnerParts,
  lease: HeldLease,
  vacate: () => void,
  work: (context: JobContext) => Promise<void>,
): Promise<void> {
  try {
    await withJobContext(parts, lease, vacate, (context) =>
      work(context).catch((error: unknown) => giveBack(context, error)),
    )
  } catch (error) {
    // The command continues, and the next process adopts it.
    if (!(error instanceof Abandoned)) throw error
  }
}

/** Releases a job for a restart, after an error of Harmont or of this machine. */
async function giveBack(context: JobContext, error: unknown): Promise<void> {
  if (error instanceof Abandoned) throw error
  if (error instanceof LeaseLost) return
  const { options, lease, report } = context
  options.log('error', `giving back job ${lease.job.jobId}`, error)
  try {
    const at = new Date(now())
    await report(() => options.port.finish(lease.job, at, vanished, noOutput))
  } catch (again) {
    options.log('error', `could not release job ${lease.job.jobId}`, again)
  }
}
