import type { ForkOutput } from '@harmont/engine'
import { DEFAULT_FORKS, type PlannedStep } from '@harmont/ir'
import { testTitle, verdictWords } from '@harmont/logs'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError, usageError } from '../errors.ts'
import { printFailedTests } from '../inspect/failed-tests.ts'
import { readProject } from '../project/read-project.ts'
import { requireStep } from '../records/find-run.ts'
import { recordedPlan } from '../records/recorded-plan.ts'
import type { RunRecord } from '../records/run-record.ts'
import { withSandboxes } from '../sandboxes/with-sandboxes.ts'
import { testCounts } from '../view/failure/failure-excerpt.ts'
import { type JudgedForks, judgeTests } from './judge-tests.ts'
import { type OpenedRun, openRecordedRun } from './open-recorded-run.ts'
import { knownSecrets } from './secrets.ts'
import { takeHistory, takeSource } from './take-source.ts'

/**
 * Repeats a step's command, from the step's initial files in a local run, and reports for each red
 * test how often it passed.
 */
export async function localFlaky(context: Context<'flaky'>, run: RunRecord): Promise<ExitCode> {
  const { args, flags, output, directory, global } = context
  const { id } = requireStep(run, args.step)
  return withSandboxes(context, async (home, opening) => {
    const plan = recordedPlan(home.runs, run)
    const step = requireReport(plan.steps.find(({ key }) => key === args.step))
    const { git, sourceSet } = await readProject(directory)
    const secrets = knownSecrets(plan, step.key, context)
    const tree = await takeSource(home, sourceSet, output.say)
    const sandboxes = await opening
    const opened = await openRecordedRun({
      ...{ home, sandboxes, run, plan, git, tree, secrets: secrets.values },
      org: (await context.config()).get('cloud.org'),
      history: await takeHistory(home, directory, git),
      log: (level, text, error) => output.debug(`engine: ${level}: ${text}${error === undefined ? '' : `: ${error}`}`),
    })
    const forget = context.onSecondInterrupt(() => sandboxes.driver.killAll())
    const count = flags.forks ?? (step.tests?.forks || DEFAULT_FORKS)
    const isSame = run.tree === tree.digest
    if (!isSame) output.say(`the files have changed since run ${run.number}, so only the forks are compared`)
    try {
      const forks = await runForks(context, { opened, run, step, count })
      const judged = judgeTests(forks, isSame ? redIn(run, id) : new Set())
      if (global.json) await output.json(presented(run, step, count, judged))
      else await print(context, count, judged)
    } finally {
      await opened.close()
      forget()
    }
    return exits.ok
  })
}

function requireReport(step: PlannedStep | undefined): PlannedStep {
  if (step?.artifacts?.some(({ kind }) => kind === 'junit') === true) return step
  throw usageError(
    `the step ${step?.key ?? ''} does not report its tests`,
    "name the file that its test runner writes: tests: 'junit.xml'; then hm run",
  )
}

/** Returns the titles of the tests that failed in the last attempt of a step. */
function redIn({ events }: RunRecord, stepId: string): ReadonlySet<string> {
  const last = events.findLast((event) => event.kind === 'tests' && event.step_id === stepId)
  return new Set(last?.kind === 'tests' ? last.failures.map(({ name }) => name) : [])
}

interface Forks {
  readonly opened: OpenedRun
  readonly run: RunRecord
  readonly step: PlannedStep
  readonly count: number
}

/** Runs the forks one after another, because concurrent work may make a test flaky. */
async function runForks(
  { output, signal }: Pick<Context, 'output' | 'signal'>,
  { opened: { engine, jobOf }, run, step, count }: Forks,
): Promise<readonly ForkOutput[]> {
  const request = { buildId: run.id, jobId: jobOf(step.key), limitMs: step.timeoutSeconds * 1000 }
  const forks: ForkOutput[] = []
  while (forks.length < count) {
    const end = await engine.runFork(request, signal)
    signal.throwIfAborted()
    if (end.kind === 'impossible')
      throw new HmError(exits.notFound, 'snapshot_gone', `${step.key} cannot run again: ${end.message}`, {
        fix: 'hm run, then hm flaky again',
      })
    if (end.kind !== 'ran')
      throw new HmError(exits.unavailable, 'sandbox_lost', `the sandbox of a fork of ${step.key} was lost`, {
        fix: 'hm flaky again; hm doctor checks this machine',
      })
    forks.push(end)
    output.say(`fork ${forks.length} of ${count}: ${endOf(end)}`)
  }
  return forks
}

function endOf({ exitCode, cases }: ForkOutput): string {
  if (cases === null) return exitCode === null ? 'stopped by a signal or a limit' : `exit ${exitCode}, without a report`
  const of = (...states: string[]) => cases.filter(({ state }) => states.includes(state)).length
  return testCounts({ failed: of('failed', 'errored'), passed: of('passed'), skipped: of('skipped') })
}

function verdictOf({ verdict, passed }: JudgedForks['red'][number], count: number) {
  return { verdict, forks: count, fork_passes: passed }
}

async function print({ output }: Pick<Context, 'output'>, count: number, { red, green }: JudgedForks): Promise<void> {
  const shown = red.map((judged) => {
    const { file = null, line = null, message = null } = judged.test
    const words =
      verdictWords(verdictOf(judged, count)) ?? `${judged.passed} of ${count} ${count === 1 ? 'fork' : 'forks'} passed`
    return { name: testTitle(judged.test), file, line, message, step: null, notes: [words] }
  })
  await printFailedTests(output, shown, { failed: red.length, passed: green, skipped: 0 })
}

function presented({ number }: RunRecord, { key }: PlannedStep, forks: number, { red, green }: JudgedForks) {
  const data = red.map((judged) => {
    const { file = null, line = null, message = null } = judged.test
    return { name: testTitle(judged.test), file, line, message, ...verdictOf(judged, forks) }
  })
  return { run: number, step_key: key, forks, data, counts: { failed: red.length, passed: green } }
}
