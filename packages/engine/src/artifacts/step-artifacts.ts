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
 * How long after its command a step whose time is over may keep artifacts. The store ends it 3 s
 * after the latest end of its command.
 */
const overdueMs = 2_500

/** Files that a step keeps, and the reports among them. */
export interface KeptFiles extends KeptArtifacts {
  readonly tests: readonly TestReport[]
}

const noFiles: KeptFiles = { ...noArtifacts, tests: [] }

/** Keeps the artifacts of a step whose command has ended, and reads those that are reports of tests. */
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
  // From here on the step may take longer than its own time.
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

/** Returns whether a command that has ended passed, as far as the runner knows. */
export function hasPassed({ lease: { stopReason } }: JobContext, { code, limit }: Exit): boolean {
  return code === 0 && limit === null && stopReason === null
}

/**
 * Keeps the artifacts of a cache hit. The artifacts and reports that the step kept then are known,
 * so only parts that the store lacks are read. Without them, or when the step now asks for others,
 * its files are searched again.
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

/** Returns what a snapshot's description says of the artifacts that a later hit keeps. */
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
