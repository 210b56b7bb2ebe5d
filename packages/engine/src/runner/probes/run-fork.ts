/** Reruns a step's command in a fork of the files that the step started from. */
import type { Chunk } from '@harmont/logs'
import type { Exit, Sandbox } from '@harmont/sandbox'
import { isVanished } from '../../core/exit.ts'
import type { Outcome } from '../../core/model.ts'
import type { ForkWork, RunnerPort, StepWork } from '../../port.ts'
import { casesOf, type ForkOutput } from '../../probes/probe.ts'
import { readReports } from '../../reports/read-reports.ts'
import { followCommand } from '../follow-command.ts'
import { Abandoned, HeldLease } from '../held-lease.ts'
import { asOutcome, type JobContext, type RunnerParts, withJobContext } from '../job-context.ts'
import { prepare } from '../prepare-step.ts'
import { LogTail } from './log-tail.ts'

/** The end of a run. */
export type ForkOutcome =
  | ({
      readonly kind: 'ran'
      readonly startedAt: Date
      readonly endedAt: Date
      /** The end of the run's output, with secrets masked. */
      readonly log: readonly Chunk[]
    } & ForkOutput)
  /** The caller's signal aborted. */
  | { readonly kind: 'given_up' }
  /** This machine failed. */
  | { readonly kind: 'lost' }
  /** The command can never be run again, for example because a snapshot is gone. */
  | { readonly kind: 'impossible'; readonly message: string }

/**
 * Runs the command to its end, or until the signal aborts. The command has the step's files,
 * source, inputs, services and environment, and only its result is kept. Never rejects.
 */
export async function runFork(parts: RunnerParts, fork: ForkWork, signal: AbortSignal): Promise<ForkOutcome> {
  const lease = new HeldLease(fork.job)
  const giveUp = () => lease.abandon()
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  const tail = new LogTail()
  const options = { ...parts.options, port: quietPort(parts.options.port, fork, tail) }
  const quiet: RunnerParts = { ...parts, options, renewSoon: () => undefined }
  try {
    return await withJobContext(
      quiet,
      lease,
      () => undefined,
      (context) => follow(context, fork.job.work, tail).catch((error: unknown) => outcomeOf(context, error)),
    )
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

const noIdTokens = 'The identity tokens of this step are not set: runs of proofs get none.'

/** Returns the outcome of a run that threw. An abandoned run is not adopted. */
function outcomeOf({ options, lease }: JobContext, error: unknown): ForkOutcome {
  if (error instanceof Abandoned) return { kind: 'given_up' }
  options.log('error', `could not rerun the step of job ${lease.job.injectedEnv.HARMONT_JOB_ID}`, error)
  return { kind: 'lost' }
}

async function follow(context: JobContext, work: StepWork, tail: LogTail): Promise<ForkOutcome> {
  const ready = await prepare(context, work)
  if (!('sandbox' in ready)) return withoutCommand(ready.outcome)
  const { sandbox, started, services } = ready
  const exit = await followCommand(context, started)
  await services.end()
  if (context.lease.stopReason === null && isVanished(asOutcome(exit))) return { kind: 'lost' }
  const cases = await readCases(context, work, sandbox)
  await context.log.settled()
  return {
    kind: 'ran',
    startedAt: started.running.startedAt,
    endedAt: exit.endedAt,
    exitCode: exitCodeOf(context, exit),
    cases,
    log: tail.log,
  }
}

function withoutCommand(outcome: Outcome): ForkOutcome {
  return outcome.kind === 'refused' ? { kind: 'impossible', message: outcome.message } : { kind: 'lost' }
}

/** Returns null if the command was ended from outside, which says nothing about the tests. */
function exitCodeOf({ lease }: JobContext, { code, signal, limit }: Exit): number | null {
  return signal === null && limit === null && lease.stopReason === null ? code : null
}

async function readCases(context: JobContext, { step }: StepWork, sandbox: Sandbox): Promise<ForkOutput['cases']> {
  const { signal } = context.lease
  return casesOf(await readReports(context, step.artifacts ?? [], (use) => sandbox.withFiles(use), signal))
}
/**
 * Returns a port that discards all reports, because no job has the id of a run. Keeps only the end
 * of its log.
 */
function quietPort(
  port: RunnerPort,
  { job, fetchSecrets, registryLogin, dealFiles }: ForkWork,
  tail: LogTail,
): RunnerPort {
  const taken = async () => true
  return {
    fetchSource: (buildId) => port.fetchSource(buildId),
    liveSnapshots: (...asked) => port.liveSnapshots(...asked),
    fetchSecrets: (_, names) => fetchSecrets(names),
    issueIdTokens: async () => ({ kind: 'withheld', remark: noIdTokens }),
    registryLogin: (_, registry) => registryLogin(registry),
    dealFiles: (_, split, files) => dealFiles(split, files),
    started: async () => job.expiresAt,
    openServiceLog: async () => ({ lastSeq: 0, spoolPosition: '0', logBytes: 0 }),
    substituted: taken,
    lookedUp: taken,
    append: async ({ service }, chunks) => {
      if (service === undefined) tail.add(chunks)
      return true
    },
    services: taken,
    commandEnded: taken,
    finish: taken,
    rendered: taken,
    lackingParts: async () => null,
    putPart: taken,
    lease: async () => [],
    reclaim: async () => [],
    renew: async () => [],
    onDirective: () => () => undefined,
    probes: null,
    layers: null,
  }
}
