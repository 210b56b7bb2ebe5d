/** Decides which red jobs are proved, and what each run proves. Pure. */
import type { Chunk } from '@harmont/logs'
import { runsOnce } from '../core/decide-lease.ts'
import type { Instant, Job, Step } from '../core/model.ts'
import { failedInQuarantine } from '../core/soft-failure.ts'
import { resultsOf } from '../reports/results.ts'
import { isRed, type TestCase, type TestReport } from '../reports/test-report.ts'
import {
  addRun,
  beginProof,
  type FailedTest,
  type ForkResult,
  giveUp,
  nextRun,
  type Proof,
  type TestVerdict,
} from './proof.ts'

/** The proof of one red job. */
export interface Probe {
  readonly proof: Proof
  /** Total time limit of the proof's runs. */
  readonly budgetMs: number
  readonly spentMs: number
  /** Number of runs that were lost with their runner. */
  readonly lost: number
}

/** The end of a run in a fork. */
export type ForkEnd =
  | {
      readonly kind: 'ran'
      readonly startedAt: Instant
      readonly endedAt: Instant
      /** Null after a signal, a limit or a timeout. */
      readonly exitCode: number | null
      /** Results by the keys of tests; tests without a result are absent. */
      readonly results: ReadonlyMap<string, ForkResult>
      /** The end of the run's output, with secrets masked. */
      readonly log: readonly Chunk[]
    }
  /** A job needed its slot, or the runner stops. The run counts as not begun. */
  | { readonly kind: 'given_up' }
  /** The runner or its machine failed. */
  | { readonly kind: 'lost' }
  /** The run cannot be repeated, for example because a snapshot is gone. */
  | { readonly kind: 'impossible' }

/** The results of a run's command. */
export interface ForkOutput {
  /** Null after a signal, a limit or a timeout. */
  readonly exitCode: number | null
  /** The tests of its reports; null if the reports are incomplete. */
  readonly cases: readonly TestCase[] | null
}

/** Milliseconds beyond the budget for preparing and cleaning up a run. */
export const forkMarginMs = 2 * 60_000
/** A job with more red tests is broken, not flaky. */
const mostTests = 1_000
/** Number of lost runs after which a probe is abandoned. */
const mostLost = 2

/**
 * Returns the probe of an ended job that is red and whose complete reports name failed tests.
 * Returns null for other jobs, and if a second run of the command could do harm.
 */
export function probeFor(step: Step, job: Job, reports: readonly TestReport[]): Probe | null {
  const { tests } = step
  if (tests === undefined || tests.forks === 0) return null
  if (job.state !== 'failed' || job.exitCode === null) return null
  // A failure in quarantine is proved again.
  if (job.errorMessage !== null && !failedInQuarantine(step, job)) return null
  if (runsOnce(step)) return null
  const cases = casesOf(reports)
  if (cases === null) return null
  const failed = failedTests(cases)
  if (failed.length === 0 || failed.length > mostTests) return null
  return { proof: beginProof(failed, tests), budgetMs: tests.budgetSeconds * 1000, spentMs: 0, lost: 0 }
}

/** Returns the tests of reports; null unless all of the reports are complete. */
export function casesOf(reports: readonly TestReport[]): readonly TestCase[] | null {
  const isWhole = ({ format, faults, problem }: TestReport) => format !== null && faults === 0 && problem === undefined
  return reports.length > 0 && reports.every(isWhole) ? reports.flatMap(({ cases }) => cases) : null
}

function failedTests(cases: readonly TestCase[]): readonly FailedTest[] {
  return resultsOf(cases)
    .filter(isRed)
    .map(({ key, suite, name, file }) => ({ key, suite, name, ...(file !== undefined && { file }) }))
}

/**
 * Returns a run's result for each test. Ignores a report that contradicts the exit code, because an
 * earlier run may have left it.
 */
export function resultsIn({ exitCode, cases }: ForkOutput): ReadonlyMap<string, ForkResult> {
  if (cases === null || exitCode === null) return new Map()
  const results = resultsOf(cases)
  if (results.some(isRed) !== (exitCode !== 0)) return new Map()
  return new Map(
    results.map(({ key, state }) => [key, state === 'skipped' ? null : state === 'passed' ? 'passed' : 'failed']),
  )
}

/** Judges a fixed number of runs of a red step's command. Returns a verdict on each failed test. */
export function judgeForks(failed: readonly TestCase[], forks: readonly ForkOutput[]): readonly TestVerdict[] {
  const results = forks.map(resultsIn)
  return failedTests(failed).map(({ key }) => {
    const count = (result: ForkResult) => results.filter((run) => run.get(key) === result).length
    const passed = count('passed')
    const isAlwaysRed = forks.length > 0 && count('failed') === forks.length
    return { key, verdict: passed > 0 ? 'flaky' : isAlwaysRed ? 'fails' : 'unknown', forks: forks.length, passed }
  })
}

/** Returns the probe after a run, or null when it is over, and the new verdicts. */
export function afterFork(
  probe: Probe,
  end: ForkEnd,
): { readonly probe: Probe | null; readonly verdicts: readonly TestVerdict[] } {
  const run = nextRun(probe.proof)
  if (end.kind === 'given_up') return { probe, verdicts: [] }
  if (end.kind === 'ran' && run !== null) {
    const { proof, verdicts } = addRun(probe.proof, run, end.results)
    const spentMs = probe.spentMs + Math.max(0, end.endedAt - end.startedAt)
    if (proof.open.length === 0) return { probe: null, verdicts }
    if (spentMs < probe.budgetMs) return { probe: { ...probe, proof, spentMs }, verdicts }
    return { probe: null, verdicts: [...verdicts, ...giveUp(proof)] }
  }
  const lost = probe.lost + 1
  if (end.kind === 'lost' && lost < mostLost) return { probe: { ...probe, lost }, verdicts: [] }
  return { probe: null, verdicts: giveUp(probe.proof) }
}
