import type { PlannedArtifact } from '@harmont/ir'
import type { Exit, Sandbox, Snapshot, SnapshotMeta } from '@harmont/sandbox'
import type { StepWork } from '../port.ts'
import { readReports } from '../reports/read-reports.ts'
import type { TestReport } from '../reports/test-report.ts'
import type { JobContext } from '../runner/job-context.ts'
import { remarkUntimed } from '../splits/shard-files.ts'
import { outputOf } from '../step-output.ts'
import {
  guarded,
  type KeptArtifacts,
  keepArtifacts,
  listArtifacts,
  noArtifacts,
  refused,
  type ShowFiles,
} from './keep-artifacts.ts'
import { storeParts } from './store-parts.ts'

/**
 * Time that an overdue step has for its artifacts after its command, in milliseconds. The store
 * ends the step 3 s after the latest end of its command.
 */
const overdueMs = 2_500

/** Files that a step keeps, and the reports among them. */
export interface KeptFiles extends KeptArtifacts {
  readonly tests: readonly TestReport[]
}

const noFiles: KeptFiles = { ...noArtifacts, tests: [] }

/** Keeps the artifacts of a step whose command has ended, and reads the test reports among them. */
export async function artifactsAfter(
  context: JobContext,
  { step }: StepWork,
  sandbox: Sandbox,
  exit: Exit,
): Promise<KeptFiles> {
  const { lease, options, report } = context
  const asked = askedArtifacts(step.artifacts, hasPassed(context, exit) ? 'passed' : 'failed')
  if (asked.length === 0) return noFiles
  const limits = lease.stopReason === null ? [stopOf(context)] : [AbortSignal.timeout(overdueMs)]
  const stop = AbortSignal.any([lease.signal, ...limits])
  // The step's own timeout no longer applies.
  if (lease.stopReason === null) await report(() => options.port.commandEnded(lease.job, exit.endedAt))
  const kept = await keepFiles(context, asked, (use) => sandbox.withFiles(use), stop)
  if (step.split !== undefined) remarkUntimed(context, kept.tests)
  return kept
}

async function keepFiles(
  context: JobContext,
  asked: readonly PlannedArtifact[],
  show: ShowFiles,
  stop: AbortSignal,
): Promise<KeptFiles> {
  let tests: readonly TestReport[] = []
  const kept = await guarded(context, stop, () =>
    show(async (files) => {
      const listing = await listArtifacts(files, asked, stop)
      tests = await readReports(context, asked, (use) => use(files), stop, listing)
      return keepArtifacts(context, asked, files, listing, stop)
    }),
  )
  return { ...kept, tests }
}

/** Returns whether an ended command passed, as far as the runner knows. */
export function hasPassed({ lease: { stopReason } }: JobContext, { code, limit }: Exit): boolean {
  return code === 0 && limit === null && stopReason === null
}

/**
 * Keeps the artifacts of a cache hit. The artifacts and reports of the cached step are known, so
 * this reads only parts that the store lacks. Searches the files again when they are unknown, or
 * when the step requests other artifacts.
 */
export async function artifactsOfHit(context: JobContext, { step }: StepWork, hit: Snapshot): Promise<KeptFiles> {
  const { lease, options, vacate } = context
  const asked = askedArtifacts(step.artifacts, 'passed')
  if (asked.length === 0) return noFiles
  vacate()
  const { snapshots } = options.driver
  const stop = AbortSignal.any([lease.signal, stopOf(context)])
  const known = knownOutput(hit.meta, asked)
  const show: ShowFiles = (use) => snapshots.withFiles(hit.id, use)
  if (known === undefined) return keepFiles(context, asked, show, stop)
  const { artifacts, tests } = known
  const kept = await guarded(context, stop, async () => {
    const refusal = await storeParts(context, artifacts, show, stop)
    return refusal === null ? { artifacts } : refused(context, asked, refusal)
  })
  return { ...kept, tests }
}

/** Returns the entries of a snapshot's description about artifacts, for later cache hits. */
export function describeArtifacts({ step }: StepWork): Readonly<Record<string, string>> {
  const asked = askedArtifacts(step.artifacts, 'passed')
  return asked.length === 0 ? {} : { artifactsFor: nameOf(asked) }
}

function knownOutput({ output }: SnapshotMeta, asked: readonly PlannedArtifact[]) {
  const { artifactsFor } = { artifactsFor: undefined, ...(output as object | undefined) }
  return artifactsFor === nameOf(asked) ? outputOf(output) : undefined
}

function nameOf(asked: readonly PlannedArtifact[]): string {
  return JSON.stringify(
    asked.map(({ path, when, kind, expiresSeconds, required }) => [path, when, kind, expiresSeconds, required]),
  )
}

/** Returns the artifacts that the step keeps after this outcome. */
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
