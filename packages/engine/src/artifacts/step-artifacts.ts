import type { PlannedArtifact } from '@harmont/ir'
import type { Exit, Sandbox, Snapshot, SnapshotMeta } from '@harmont/sandbox'
import type { StepWork } from '../port.ts'
import type { JobContext } from '../runner/job-context.ts'
import { outputOf } from '../step-output.ts'
import { guarded, type KeptArtifacts, keepArtifacts, noArtifacts, refused } from './keep-artifacts.ts'
import { storeParts } from './store-parts.ts'

/**
 * How long after its command a step whose time is over may keep artifacts. The store ends it 3 s
 * after the latest end of its command.
 */
const overdueMs = 2_500

/** Keeps the artifacts of a step whose command has ended. */
export async function artifactsAfter(
  context: JobContext,
  { step }: StepWork,
  sandbox: Sandbox,
  exit: Exit,
): Promise<KeptArtifacts> {
  const { lease, options, report } = context
  const asked = askedArtifacts(step.artifacts, hasPassed(context, exit) ? 'passed' : 'failed')
  if (asked.length === 0) return noArtifacts
  const limits = lease.stopReason === null ? [stopOf(context)] : [AbortSignal.timeout(overdueMs)]
  const stop = AbortSignal.any([lease.signal, ...limits])
  // From here on the step may take longer than its own time.
  if (lease.stopReason === null) await report(() => options.port.commandEnded(lease.job, exit.endedAt))
  return keepArtifacts(context, asked, (use) => sandbox.withFiles(use), stop)
}

/** Returns whether a command that has ended passed, as far as the runner knows. */
export function hasPassed({ lease: { stopReason } }: JobContext, { code, limit }: Exit): boolean {
  return code === 0 && limit === null && stopReason === null
}

/**
 * Keeps the artifacts of a cache hit. Those that its step kept are known, and only the parts that
 * the store lacks are read; without them, or when the step asks for others now, its files are
 * searched again.
 */
export async function artifactsOfHit(context: JobContext, { step }: StepWork, hit: Snapshot): Promise<KeptArtifacts> {
  const { lease, options, vacate } = context
  const asked = askedArtifacts(step.artifacts, 'passed')
  if (asked.length === 0) return noArtifacts
  vacate()
  const { snapshots } = options.driver
  const stop = AbortSignal.any([lease.signal, stopOf(context)])
  const known = knownArtifacts(hit.meta, asked)
  if (known === undefined) return keepArtifacts(context, asked, (use) => snapshots.withFiles(hit.id, use), stop)
  return guarded(context, stop, async () => {
    const refusal = await storeParts(context, known, (use) => snapshots.withFiles(hit.id, use), stop)
    return refusal === null ? { artifacts: known } : refused(context, asked, refusal)
  })
}

/** Returns what a snapshot's description says of the artifacts that a later hit keeps. */
export function describeArtifacts({ step }: StepWork): Readonly<Record<string, string>> {
  const asked = askedArtifacts(step.artifacts, 'passed')
  return asked.length === 0 ? {} : { artifactsFor: nameOf(asked) }
}

function knownArtifacts({ output }: SnapshotMeta, asked: readonly PlannedArtifact[]) {
  const { artifactsFor } = { artifactsFor: undefined, ...(output as object | undefined) }
  return artifactsFor === nameOf(asked) ? outputOf(output).artifacts : undefined
}

function nameOf(asked: readonly PlannedArtifact[]): string {
  return JSON.stringify(
    asked.map(({ path, when, kind, expiresSeconds, required }) => [path, when, kind, expiresSeconds, required]),
  )
}

/** Returns the artifacts that a step leaves after this outcome. */
function askedArtifacts(
  artifacts: readonly PlannedArtifact[] | undefined,
  outcome: 'passed' | 'failed',
): readonly PlannedArtifact[] {
  return (artifacts ?? []).filter(({ when }) => when === 'always' || when === outcome)
}

/** Aborts when the job must end. */
function stopOf({ lease }: JobContext): AbortSignal {
  const stop = new AbortController()
  void lease.stopAsked.then((reason) => stop.abort(new Error(`the job must end: ${reason}`)))
  return stop.signal
}
