import { now, type Sandbox, type SandboxHandle, untilAffordable } from '@harmont/sandbox'
import { vanished } from '../core/exit.ts'
import type { LeasedJob } from '../port.ts'
import { Abandoned, type HeldLease, LeaseLost } from './held-lease.ts'
import { finish, type JobContext, jobContext, type RunnerParts } from './job-context.ts'
import { endRender, runRender } from './run-render.ts'
import { endStep, runStep } from './run-step.ts'
import { notedPromise } from './sandbox-note.ts'
import { maskAgain } from './secrets.ts'

/** Takes a fresh lease to its end; `vacate` is called when its command has ended. Never rejects. */
export function runJob(parts: RunnerParts, lease: HeldLease, vacate: () => void): Promise<void> {
  return guarded(parts, lease, vacate, (context) => begin(context, lease.job))
}

/** Goes on with a lease that an earlier process held; `handle` names the sandbox that there still is of it. Never rejects. */
export function resumeJob(
  parts: RunnerParts,
  lease: HeldLease,
  vacate: () => void,
  handle: SandboxHandle | undefined,
): Promise<void> {
  return guarded(parts, lease, vacate, async (context) => {
    const { job } = lease
    const { driver } = parts.options
    // Of a step that may run only once the start is told before it is made.
    const { signal } = lease
    if (job.started && handle && !(await untilAffordable(() => driver.mayHaveBegun(handle), signal))) {
      // Its name is needed for another, and the next process is to know it too.
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
      await maskAgain(context, sandbox, promised.taint)
      return endStep(context, job.work, sandbox, started, promised)
    }
    if (job.started) return finish(context, vanished)
    // Made, but nothing was started in it: its name is needed for another.
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
  let sandbox: Sandbox | undefined
  const claimed = new Set<string>()
  const context = jobContext(parts, lease, {
    vacate,
    hold(held) {
      sandbox = held
    },
    claim(snapshot) {
      claimed.add(snapshot)
      parts.inHand.snapshots.add(snapshot)
    },
  })
  try {
    await work(context)
  } catch (error) {
    // The command goes on, for the next process.
    if (error instanceof Abandoned) return
    if (!(error instanceof LeaseLost)) await fail(context, error)
  } finally {
    for (const snapshot of claimed) parts.inHand.snapshots.delete(snapshot)
  }
  if (sandbox) parts.discard(sandbox)
}

/** An error of our own, or of this machine: the job is given back, to be tried again. */
async function fail(context: JobContext, error: unknown): Promise<void> {
  const { options, lease, report } = context
  options.log('error', `giving back job ${lease.job.jobId}`, error)
  try {
    const at = new Date(now())
    await report(() => options.port.finish(lease.job, at, vanished))
  } catch (again) {
    options.log('error', `could not give back job ${lease.job.jobId}`, again)
  }
}
