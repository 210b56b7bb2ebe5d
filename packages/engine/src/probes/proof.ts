/**
 * Decides which failed tests of a red step are flaky, from runs of its command in forks of the
 * files that it started from. Pure.
 */

/**
 * `flaky`: one command gave both results from the same bytes. `fails`: red every time. `order`: red
 * with the other tests every time, green alone every time. `unknown`: the runs showed none of
 * these.
 */
export type Verdict = 'flaky' | 'fails' | 'order' | 'unknown'

/** A failed test of a step. */
export interface FailedTest {
  /** See `testKey`. */
  readonly key: string
  readonly suite: string
  readonly name: string
  readonly file?: string
}

/** The runs of one command, with the numbers in which a test passed and failed. */
interface Tally {
  readonly runs: number
  readonly passed: number
  readonly failed: number
}

/** A test without a verdict, and its runs so far. Its failure in the step itself does not count. */
interface OpenTest extends FailedTest {
  /** Runs of the step's command. */
  readonly whole: Tally
  /** Runs of the command that runs only this test. */
  readonly alone: Tally
}

/** A proof in progress. Plain data. */
export interface Proof {
  /** Maximum number of runs of one command for a test, at least 1. */
  readonly forks: number
  /** The command that runs a single test; null if there is none. */
  readonly rerun: string | null
  readonly open: readonly OpenTest[]
}

/** The next run: of the step's command, or of the command for the test with this key. */
export type ForkRun = { readonly kind: 'whole' } | { readonly kind: 'alone'; readonly key: string }

/** The result of a test in one run; null if the run has none. */
export type ForkResult = 'passed' | 'failed' | null

export interface TestVerdict {
  readonly key: string
  readonly verdict: Verdict
  /** Number of runs on which the verdict is based. */
  readonly forks: number
  /** Number of those runs in which the test passed. */
  readonly passed: number
}

/** More red tests than this only run together, because running each alone would cost too much. */
const mostAlone = 10
/** Number of green runs alone after which a test counts as dependent on others. */
const greenAlone = 3
/** Number of runs alone without a result after which the test is not run alone again. */
const silentRuns = 2
/** Variable through which `rerun` gets the test's file, which some reports do not contain. */
const fileVariable = 'HARMONT_TEST_FILE'

const noRuns: Tally = { runs: 0, passed: 0, failed: 0 }

export function beginProof(tests: readonly FailedTest[], { forks, rerun }: Pick<Proof, 'forks' | 'rerun'>): Proof {
  return { forks, rerun, open: tests.map((test) => ({ ...test, whole: noRuns, alone: noRuns })) }
}

/** Returns the next run; null when every test has its verdict. */
export function nextRun(proof: Proof): ForkRun | null {
  const [test] = proof.open
  if (test === undefined) return null
  const { whole, alone, key } = test
  if (canRunAlone(proof, test) && alone.passed === 0 && alone.runs < proof.forks) return { kind: 'alone', key }
  return whole.runs < proof.forks ? { kind: 'whole' } : { kind: 'alone', key }
}

/** Adds a run with its results by key, and returns the new verdicts. */
export function addRun(
  proof: Proof,
  run: ForkRun,
  results: ReadonlyMap<string, ForkResult>,
): { readonly proof: Proof; readonly verdicts: readonly TestVerdict[] } {
  const counted = proof.open.map((test) => {
    if (run.kind === 'whole') return { ...test, whole: add(test.whole, results.get(test.key)) }
    return run.key === test.key ? { ...test, alone: add(test.alone, results.get(test.key)) } : test
  })
  const after = { ...proof, open: counted }
  const verdicts = counted.map((test) => verdictOn(after, test))
  return {
    proof: { ...proof, open: counted.filter((_, index) => verdicts[index] === null) },
    verdicts: verdicts.filter((verdict) => verdict !== null),
  }
}

/** Returns the verdicts of a proof that ends early. */
export function giveUp({ open }: Proof): readonly TestVerdict[] {
  return open.map(({ key, whole, alone }) => {
    return { key, verdict: 'unknown', forks: whole.runs + alone.runs, passed: whole.passed + alone.passed }
  })
}

function add({ runs, passed, failed }: Tally, result: ForkResult = null): Tally {
  return {
    runs: runs + 1,
    passed: passed + (result === 'passed' ? 1 : 0),
    failed: failed + (result === 'failed' ? 1 : 0),
  }
}

function canRunAlone({ rerun, open }: Proof, { file, alone }: OpenTest): boolean {
  if (rerun === null || open.length > mostAlone) return false
  if (alone.runs >= silentRuns && alone.passed + alone.failed === 0) return false
  return file !== undefined || !rerun.includes(fileVariable)
}

/**
 * The step itself was red, so a single green run of its command is enough. Runs alone are only
 * compared with each other, because another command may give another result.
 */
function verdictOn(proof: Proof, test: OpenTest): TestVerdict | null {
  const { forks } = proof
  const { key, whole, alone } = test
  const say = (verdict: Verdict, { runs, passed }: Tally) => ({ key, verdict, forks: runs, passed })
  if (whole.passed > 0) return say('flaky', whole)
  if (alone.passed > 0 && alone.failed > 0) return say('flaky', alone)
  if (alone.runs >= forks && alone.failed === alone.runs) return say('fails', alone)
  if (whole.runs < forks) return null
  if (whole.failed < whole.runs) return say('unknown', whole)
  if (alone.passed === 0) return canRunAlone(proof, test) && alone.runs < forks ? null : say('fails', whole)
  if (alone.passed >= Math.min(greenAlone, forks)) return say('order', whole)
  return alone.runs < forks ? null : say('unknown', whole)
}
