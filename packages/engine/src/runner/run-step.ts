import { type Exit, endInWords, type Sandbox, SandboxError, type SnapshotMeta } from '@harmont/sandbox'
import { artifactsAfter, describeArtifacts, hasPassed } from '../artifacts/step-artifacts.ts'
import { vanished } from '../core/exit.ts'
import type { ArtifactError, ServiceSnapshots } from '../core/model.ts'
import type { StepWork } from '../port.ts'
import { noOutput, type StepOutput } from '../step-output.ts'
import { followCommand, type Started } from './follow-command.ts'
import { asOutcome, finish, type JobContext } from './job-context.ts'
import { readAnnotations } from './output/read-annotations.ts'
import { readEgress } from './output/read-egress.ts'
import { readSteps } from './output/read-steps.ts'
import { prepare, type Ready } from './prepare-step.ts'
import { withRoom } from './retry.ts'
import type { Promised } from './sandbox-note.ts'
import { keepServices } from './services/keep-services.ts'
import type { ServiceRun } from './services/service-run.ts'

const outputLost = 'The disk of the machine was full, so part of the output of the command is lost.'

/** Runs a leased step from its base to its end. */
export async function runStep(context: JobContext, work: StepWork): Promise<void> {
  const ready = await prepare(context, work)
  if (!('sandbox' in ready)) return finish(context, ready.outcome, undefined, ready.output)
  await endStep(context, work, ready)
}

/** Follows a step's command to its end and reports it. Then destroys the step's sandbox. */
export async function endStep(
  context: JobContext,
  work: StepWork,
  { sandbox, started, promised, services, tokens }: Ready,
): Promise<void> {
  const endTokens = tokens?.keepNew(sandbox)
  const exit = await followCommand(context, started).finally(() => endTokens?.())
  const unclean = await endServices(context, work, services, exit)
  if (isOutputLost(context, started, exit) && context.lease.stopReason === null)
    return finish(context, { ...vanished, blame: outputLost }, exit.endedAt)
  const blame = await blameFor(context, started, exit)
  const { phases } = context
  const { output, ...lacks } = promised.isIdle
    ? {
        output:
          work.step.append === undefined ? noOutput : { ...noOutput, steps: { kind: 'files', files: [] } as const },
      }
    : await phases.during('artifacts', () => readOutput(context, work, sandbox, exit))
  const kept =
    unclean === null
      ? await phases.during('snapshot', () => keepResult(context, work, sandbox, exit, promised, { output, ...lacks }))
      : { snapshot: null, serviceError: unclean }
  await finish(context, { ...asOutcome(exit), ...kept, ...lacks, ...blame }, exit.endedAt, output)
}

/**
 * Ends a step's services. After a pass, those whose files later steps use get their stop signal
 * first. Returns a sentence about a service that did not end cleanly; null if all did.
 */
async function endServices(
  context: JobContext,
  { keptServices }: StepWork,
  services: ServiceRun,
  exit: Exit,
): Promise<string | null> {
  const { lease, options, report } = context
  const stopped = hasPassed(context, exit) ? keptServices : []
  // The services may take longer than the step's own time.
  if (stopped.length > 0) await report(() => options.port.commandEnded(lease.job, exit.endedAt))
  const ends = await Promise.all(stopped.map(async (name) => ({ name, end: await services.stop(name) })))
  await services.end()
  const unclean = ends.find(({ end }) => end?.code !== 0)
  if (unclean === undefined) return null
  const { name, end } = unclean
  const how = end === undefined ? 'an unknown exit code' : endInWords(end)
  return `The service ${name} ended with ${how} when it was asked to stop, so its files cannot be kept for later steps.`
}

/** The output of a step, and an error if it lacks something required. */
interface Left {
  readonly output: StepOutput
  /** Error of a step whose command passed. */
  readonly artifactError?: ArtifactError
}

/** Reads the output of a step, unless it was canceled or its end is unknown. */
async function readOutput(context: JobContext, work: StepWork, sandbox: Sandbox, exit: Exit): Promise<Left> {
  const stopped = stoppedBeforeArtifacts(context, work, exit)
  if (!isKnown(context, exit)) return { output: noOutput, ...stopped }
  const annotations = await readAnnotations(context, sandbox)
  const isGenerator = work.step.append !== undefined && hasPassed(context, exit)
  const steps = isGenerator ? { steps: await readSteps(context, sandbox) } : {}
  const { artifacts, tests, error } = await artifactsAfter(context, work, sandbox, exit)
  const egress = await readEgress(context.log, sandbox)
  const output = { annotations, artifacts, tests, ...steps, ...(egress && { egress }) }
  return { output, ...(error ? { artifactError: error } : stopped) }
}

/**
 * Returns an error if the step was stopped before its required artifacts were kept. Even if the
 * store does not know of the stop, the step must not pass without them.
 */
function stoppedBeforeArtifacts(
  { lease }: JobContext,
  { step }: StepWork,
  { code }: Exit,
): Pick<Left, 'artifactError'> {
  const isAsked = step.artifacts?.some(({ required, when }) => required && when !== 'failed') === true
  if (lease.stopReason === null || code !== 0 || !isAsked) return {}
  return { artifactError: { code: 'artifact_failed', message: 'The step was stopped before its artifacts were kept.' } }
}

/** Returns whether the end of a command is a result of the step. */
function isKnown({ lease: { stopReason } }: JobContext, { code, signal, limit }: Exit): boolean {
  return stopReason !== 'cancel' && (code !== null || signal !== null || limit !== null || stopReason === 'timeout')
}

function isOutputLost({ options: { disk } }: JobContext, { running }: Started, { output }: Exit): boolean {
  return output === 'lost' || (output === 'unsure' && disk.wasExhaustedSince(running.startedAt))
}

/**
 * Returns a full disk, which the pipeline's author cannot see, as a possible cause of the failure.
 */
async function blameFor(
  { options: { disk }, log }: JobContext,
  { running }: Started,
  { code, limit }: Exit,
): Promise<{ readonly blame?: string }> {
  if (code === 0 || limit !== null) return {}
  await disk.look()
  if (!disk.wasExhaustedSince(running.startedAt)) return {}
  const blame = 'The disk of the machine filled up while the command ran.'
  log.remark(blame)
  return { blame }
}

interface Kept {
  readonly snapshot: string | null
  readonly snapshotError?: string
  readonly serviceSnapshots?: ServiceSnapshots
}

const nothing: Kept = { snapshot: null }

/**
 * Keeps the file system of a passed step if another step uses it or a later build may find it. Keeps
 * that of a failed or timed-out step for inspection; an error while doing so does not change the
 * outcome.
 */
async function keepResult(
  context: JobContext,
  work: StepWork,
  sandbox: Sandbox,
  exit: Exit,
  promised: Promised,
  { output, artifactError }: Left,
): Promise<Kept> {
  if (hasPassed(context, exit) && artifactError === undefined) {
    // Services come first, because a step's cache entry includes the files of its services.
    const services = sandbox.services.filter(({ name }) => work.keptServices.includes(name))
    const left = await keepServices(context, services, metaOf(context, work, promised))
    if ('snapshotError' in left) return { snapshot: null, ...left }
    return { ...(await keepPassed(context, work, sandbox, promised, output)), ...left }
  }
  // The files of a step that filled its disk would fill the runner's disk as well.
  if (exit.limit === 'disk' || !isKnown(context, exit)) return nothing
  return keepFailed(context, work, sandbox, promised)
}

async function keepPassed(
  context: JobContext,
  work: StepWork,
  sandbox: Sandbox,
  promised: Promised,
  output: StepOutput,
): Promise<Kept> {
  // A generator with unreadable documents does not pass.
  const cache = output.steps?.kind === 'unreadable' ? null : promised.cache
  const isNeeded = work.childrenBuildIn || work.isInput
  if (!isNeeded && cache === null) return nothing
  try {
    // A cache hit shows the output again.
    const meta = {
      ...metaOf(context, work, { ...promised, cache }),
      ...(cache === null ? {} : { output: { ...output, ...describeArtifacts(work) } }),
    }
    return { snapshot: (await withRoom(context, 'store its result', () => sandbox.snapshot(meta))).id }
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    if (isNeeded) return { snapshot: null, snapshotError: error.message }
    context.log.remark(`the step passed, but its result could not be cached: ${error.message}`)
    return nothing
  }
}

async function keepFailed(context: JobContext, work: StepWork, sandbox: Sandbox, promised: Promised): Promise<Kept> {
  const { full } = context.options.disk
  if (full !== null) {
    context.log.remark(`this step's file system was not kept, so no shell can open in it: disk full (${full})`)
    return nothing
  }
  try {
    // A failed step is never a cache entry.
    return { snapshot: (await sandbox.snapshot(metaOf(context, work, { ...promised, cache: null }))).id }
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

function metaOf({ lease }: JobContext, { step }: StepWork, { cache, lineage }: Promised): SnapshotMeta {
  return { cache, origin: { ...lease.job.origin, step: step.key, job: lease.job.jobId }, secretLineage: lineage }
}
