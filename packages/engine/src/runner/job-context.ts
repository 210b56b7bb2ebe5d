import { SecretsTooLong } from '@harmont/logs'
import { type Exit, isScarcity, now, type Sandbox, SandboxError, ServiceError, type Snapshot } from '@harmont/sandbox'
import type { Transfers } from '../artifacts/transfers.ts'
import { vanished } from '../core/exit.ts'
import type { Outcome } from '../core/model.ts'
import { LogGap } from '../log-gap.ts'
import { SourceUnavailable } from '../port.ts'
import { noOutput } from '../step-output.ts'
import type { Phase } from '../trace.ts'
import { Abandoned, type HeldLease, LeaseLost, StopAsked } from './held-lease.ts'
import type { InHand } from './in-hand.ts'
import { type Append, JobLog } from './job-log.ts'
import type { Lineage } from './lineage.ts'
import type { RunnerOptions, RunnerSettings } from './options.ts'
import { Phases } from './phases.ts'
import { isForWantOfRoom, persist } from './retry.ts'
import type { SourceTrees } from './source/source-trees.ts'

/** A leased job with everything needed to run it. */
export interface JobContext {
  readonly options: RunnerOptions
  readonly settings: RunnerSettings
  readonly lease: HeldLease
  readonly log: JobLog
  readonly phases: Phases
  /**
   * Repeats the call of the port until it answers. Throws `LeaseLost` when the answer is false, and
   * `Abandoned` when this process ends or the database has lost a part of the log.
   */
  report(call: () => Promise<boolean>): Promise<void>
  /** Sets the job's sandbox, which is destroyed after the job. */
  hold(sandbox: Sandbox): void
  /** Frees the job's slot, because its command has ended. */
  vacate(): void
  /** Requests an early renewal of the leases. */
  renewSoon(): void
  /** Destroys a sandbox in the background. */
  discard(sandbox: Sandbox): void
  /** Protects a snapshot from collection until the end of this job. */
  claim(snapshot: string): void
  readonly lineage: Lineage
  readonly sources: SourceTrees
  readonly inHand: InHand
  readonly transfers: Transfers
  /** Null if layers do not travel. */
  readonly taker: SnapshotTaker | null
}

/** Takes snapshots from other runners. */
export interface SnapshotTaker {
  /** See `snapshotHere`. */
  take(context: JobContext, id: string): Promise<Snapshot | undefined>
}

/** Dependencies that all jobs of one runner share. */
export interface RunnerParts
  extends Pick<
    JobContext,
    'options' | 'settings' | 'renewSoon' | 'discard' | 'lineage' | 'sources' | 'inHand' | 'transfers' | 'taker'
  > {}

/** The secrets can never be provided. The job fails with this message. */
export class SecretsUnusable extends Error {
  override readonly name = 'SecretsUnusable'
}

/** The files that a step takes from another one do not exist. The job fails with this message. */
export class NothingToTake extends Error {
  override readonly name = 'NothingToTake'
}

/**
 * The files that a job starts from are on other machines and cannot be fetched. The job starts
 * again.
 */
export class LayersUnavailable extends Error {
  override readonly name = 'LayersUnavailable'
}

/** The files of a split cannot be dealt. The job fails with this message. */
export class SplitFailed extends Error {
  override readonly name = 'SplitFailed'
}

function jobContext(
  parts: RunnerParts,
  lease: HeldLease,
  own: Pick<JobContext, 'hold' | 'vacate' | 'claim'>,
): JobContext {
  const { port, disk, log } = parts.options
  const { giveUpMs, maxLogBytes } = parts.settings
  const { signal, job } = lease
  const onFailure = (error: unknown) => {
    log('warn', `job ${job.jobId}: a report failed; retrying`, error)
    // The next renewals find the lease without a job and adopt the command, as a new process would:
    // its output is sent again from the position that the database has.
    if (error instanceof LogGap) lease.abandon()
  }
  async function report(call: () => Promise<boolean>): Promise<void> {
    // The database may be on the same disk.
    const taken = await persist(call, { signal, giveUpMs, onFailure, isExcused: () => disk.full !== null })
    if (!taken) lease.lose()
    signal.throwIfAborted()
  }
  const append: Append = (chunks, offset) => report(() => port.append(job, chunks, offset))
  return { ...parts, ...own, lease, log: new JobLog(job, append, maxLogBytes), phases: new Phases(), report }
}

/**
 * Calls `work` with the context of a job, and afterwards releases the snapshots that `work`
 * claimed. Destroys the job's sandbox, unless `work` rejects: in that case the sandbox stays for
 * the next process to adopt.
 */
export async function withJobContext<Result>(
  parts: RunnerParts,
  lease: HeldLease,
  vacate: () => void,
  work: (context: JobContext) => Promise<Result>,
): Promise<Result> {
  let sandbox: Sandbox | undefined
  const claims: (() => void)[] = []
  const context = jobContext(parts, lease, {
    vacate,
    hold(held) {
      sandbox = held
    },
    claim(snapshot) {
      claims.push(parts.inHand.snapshots.claim(snapshot))
    },
  })
  try {
    const result = await work(context)
    if (sandbox) parts.discard(sandbox)
    return result
  } finally {
    for (const release of claims) release()
  }
}

/** Reports the end of a job after its log is stored. `at` is the end of its command, if one ran. */
export async function finish(
  context: JobContext,
  outcome: Outcome,
  at = new Date(now()),
  output = noOutput,
): Promise<void> {
  const { options, lease, log, phases, report } = context
  await log.settled()
  phases.endAll()
  await tellPhases(context, (phases) =>
    report(() => options.port.finish(lease.job, at, masked(log, outcome), output, phases)),
  )
}

/** Calls `tell` with the phases that are not reported yet. */
export async function tellPhases(
  { phases: all }: Pick<JobContext, 'phases'>,
  tell: (phases: readonly Phase[]) => Promise<void>,
): Promise<void> {
  const { phases, told } = all.untold()
  await tell(phases)
  told()
}

/**
 * Masks secrets in the messages of an outcome, because a path or a program's error may contain one.
 */
function masked(log: JobLog, outcome: Outcome): Outcome {
  if (outcome.kind === 'refused') {
    const { message, buildError } = outcome
    const own = { ...outcome, message: log.masked(message) }
    return buildError === undefined
      ? own
      : { ...own, buildError: { ...buildError, message: log.masked(buildError.message) } }
  }
  if (outcome.kind !== 'exited') return outcome
  const { snapshotError, serviceError, artifactError } = outcome
  return {
    ...outcome,
    ...(snapshotError !== undefined && { snapshotError: log.masked(snapshotError) }),
    ...(serviceError !== undefined && { serviceError: log.masked(serviceError) }),
    ...(artifactError && { artifactError: { ...artifactError, message: log.masked(artifactError.message) } }),
  }
}

/** Returns the end of a command without a snapshot. */
export function asOutcome({ code: exitCode, signal, limit }: Exit): Extract<Outcome, { readonly kind: 'exited' }> {
  return { kind: 'exited', exitCode, signal, limit, snapshot: null }
}

/**
 * Returns the outcome of a job whose command could not be started, and logs it. Throws
 * `LeaseLost` and `Abandoned`. An unexpected error is a fault of Harmont, so its text is for the
 * operator and, by default, not for the pipeline's author.
 */
export async function provisionFailure(context: JobContext, error: unknown): Promise<Outcome> {
  if (error instanceof LeaseLost || error instanceof Abandoned) throw error
  const outcome = await outcomeOf(context, error)
  if (outcome.kind === 'refused') context.log.remark(outcome.message)
  return outcome
}

/** Returns the messages of an error and its causes as text that can be masked. */
function chainOf(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...chainOf(error.cause)] : []
}

async function outcomeOf({ options, lease, log }: JobContext, error: unknown): Promise<Outcome> {
  if (error instanceof StopAsked) return vanished
  if (error instanceof LayersUnavailable) return { ...vanished, blame: error.message }
  if (error instanceof SourceUnavailable) {
    const { code, message } = error
    return { kind: 'refused', code: 'provision_failed', message, buildError: { code, message } }
  }
  if (error instanceof SecretsUnusable || error instanceof SecretsTooLong)
    return { kind: 'refused', code: 'secret_unusable', message: error.message }
  if (error instanceof NothingToTake) return { kind: 'refused', code: 'input_missing', message: error.message }
  if (error instanceof SplitFailed) return { kind: 'refused', code: 'split_failed', message: error.message }
  if (isScarcity(error)) return { ...vanished, blame: 'The machine ran out of file descriptors, processes or memory.' }
  await options.disk.look()
  // Some programs do not report that the disk was full.
  if (isForWantOfRoom(error) || options.disk.full !== null)
    return { ...vanished, blame: 'The disk of the machine filled up.' }
  if (error instanceof ServiceError) {
    const code = error.code === 'service_timeout' ? 'service_timeout' : 'service_failed'
    return { kind: 'refused', code, message: error.message }
  }
  // The watchdog ended a running tool, which is not the step's fault.
  if (error instanceof SandboxError && error.cause !== undefined && lease.ranOut)
    return { ...vanished, blame: 'The runner could not reach the server while it made the sandbox.' }
  if (error instanceof SandboxError) {
    const { code, message, cause } = error
    // The output of tools is for the operator of this machine.
    if (cause !== undefined) options.log('warn', log.masked(`job ${lease.job.jobId}: ${chainOf(error).join('; ')}`))
    const refused = { kind: 'refused', code: 'provision_failed', message } as const
    if (code === 'egress_unsupported') return { kind: 'refused', code, message }
    const isOfSource = code === 'source_invalid' || code === 'source_fetch_failed'
    return isOfSource ? { ...refused, buildError: { code, message } } : refused
  }
  options.log('error', `job ${lease.job.jobId}: could not create a sandbox`, error)
  return {
    kind: 'refused',
    code: 'provision_failed',
    message: `Could not create the sandbox: ${options.tellsFaults === true ? String(error) : 'internal error of the runner'}.`,
  }
}
