import { type Exit, type Sandbox, SandboxError, type SnapshotMeta } from '@harmont/sandbox'
import type { StepWork } from './base.ts'
import type { JobContext } from './job-context.ts'
import type { Promised } from './sandbox-note.ts'
import { withRoom } from './with-room.ts'

export interface Kept {
  readonly snapshot: string | null
  readonly snapshotError?: string
}

const nothing: Kept = { snapshot: null }

/**
 * Keeps the file system that a step left: of one that passed, where a step builds in it or a later build may find it; of one that failed or took too long,
 * for whoever looks into why. What cannot be kept of a failure does not change how it ended.
 */
export async function keepResult(
  context: JobContext,
  work: StepWork,
  sandbox: Sandbox,
  exit: Exit,
  promised: Promised,
): Promise<Kept> {
  const { stopReason } = context.lease
  if (exit.code === 0 && exit.limit === null && stopReason === null) return keepPassed(context, work, sandbox, promised)
  const isKnown = exit.code !== null || exit.signal !== null || exit.limit !== null || stopReason === 'timeout'
  // What filled its disk would go on filling ours.
  if (stopReason === 'cancel' || exit.limit === 'disk' || !isKnown) return nothing
  return keepFailed(context, work, sandbox, promised)
}

async function keepPassed(
  context: JobContext,
  work: StepWork,
  sandbox: Sandbox,
  { cache, taint }: Promised,
): Promise<Kept> {
  const { childrenBuildIn } = work
  if (!childrenBuildIn && cache === null) return nothing
  try {
    const meta = metaOf(context, work, { cache, taint })
    return { snapshot: (await withRoom(context, 'store its result', () => sandbox.snapshot(meta))).id }
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    if (childrenBuildIn) return { snapshot: null, snapshotError: error.message }
    context.log.remark(`the step passed, but its result could not be cached: ${error.message}`)
    return nothing
  }
}

async function keepFailed(context: JobContext, work: StepWork, sandbox: Sandbox, { taint }: Promised): Promise<Kept> {
  const { full } = context.options.disk
  if (full !== null) {
    context.log.remark(`this step's file system was not kept, so no shell can open in it: disk full (${full})`)
    return nothing
  }
  try {
    // Never an entry of the cache.
    return { snapshot: (await sandbox.snapshot(metaOf(context, work, { cache: null, taint }))).id }
  } catch (error) {
    const { options, lease, log } = context
    if (!(error instanceof SandboxError))
      options.log('error', `job ${lease.job.jobId}: could not keep its file system`, error)
    log.remark(
      `this step's file system could not be kept, so no shell can open in it: ${error instanceof Error ? error.message : error}`,
    )
    return nothing
  }
}

function metaOf({ lease }: JobContext, { step }: StepWork, { cache, taint }: Promised): SnapshotMeta {
  return { cache, origin: { ...lease.job.origin, step: step.key, job: lease.job.jobId }, taint }
}
