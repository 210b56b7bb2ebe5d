import { allPages, type BuildAddress, type Schemas } from '@harmont/cloud'
import { testTitle, verdictWords } from '@harmont/logs'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { printFailedTests } from '../inspect/failed-tests.ts'
import { noReports } from '../inspect/tests.ts'
import { buildAddress, pipelineAddress } from '../server/address.ts'
import { openSession, type Session, translateErrors } from '../server/session.ts'
import { duration } from '../terminal/amounts.ts'
import { quoteWord } from '../terminal/quote-word.ts'
import { minute, printFacts, printTable } from '../terminal/table.ts'

/** Maximum number of failed tests printed; the page shows the others. */
const mostPrinted = 100
/** Maximum number of results printed for a test. */
const mostRuns = 30

/** Shows the tests of a build on the server, by default of the newest build. */
export async function testsOnServer(context: Context<'test'>, build: string | undefined): Promise<ExitCode> {
  return translateErrors(context, async () => {
    const { flags, global, output, signal } = context
    const session = await openSession(context)
    const address = await buildAddress(context, session, { pipeline: flags.pipeline, build })
    const filter = global.json ? {} : ({ state: 'failed' } as const)
    const { counts, left_out, reports } = await session.client.listBuildTests({ ...address, limit: 1 }, { signal })
    const data = await Array.fromAsync(
      allPages(
        (page) => session.client.listBuildTests({ ...address, ...filter, ...page }, { signal }),
        global.json ? undefined : mostPrinted,
      ),
    )
    if (global.json) await output.json({ data, counts, left_out, reports })
    else if (reports.length === 0) output.say(noReports(`build #${address.number}`))
    else await printTests(context, session, address, data, counts)
    return exits.ok
  })
}

async function printTests(
  { output, signal }: Context<'test'>,
  { client }: Session,
  address: BuildAddress,
  tests: readonly Schemas['BuildTest'][],
  { passed, failed, errored, skipped }: Schemas['BuildTestList']['counts'],
): Promise<void> {
  const jobs = tests.length === 0 ? [] : (await client.listJobs(address, { signal })).data
  const keys = new Map(jobs.map(({ id, step_key }) => [id, step_key ?? null]))
  const shown = tests.map((test) => {
    const told = failedTest(test, keys)
    return { ...told, more: whereForks(forksOf(test), address, told.step) }
  })
  await printFailedTests(output, shown, { passed, failed: failed + errored, skipped })
}

/** Returns a failed test in printable form. `keys` maps jobs to the keys of their steps. */
export function failedTest(test: Schemas['BuildTest'], keys: ReadonlyMap<string, string | null>) {
  const { file, line, message, job_id } = test
  return { name: testTitle(test), file, line, message, step: keys.get(job_id) ?? null, notes: notesOn(test) }
}

/** Returns notes on a failed test, such as `new here` or `flaky: 3 of 10 forks passed`. */
function notesOn(test: Schemas['BuildTest']): readonly string[] {
  const notes = [test.new && 'new here', verdictWords(test), test.quarantined === true && 'in quarantine']
  return notes.filter((note) => typeof note === 'string')
}

/**
 * Returns the results of a failed test's forks in words, and one fork to look at; null without
 * forks.
 */
export function forksOf({ fork_results: results = [] }: Schemas['BuildTest']) {
  const [first] = results
  if (first === undefined) return null
  const saying = (isGreen: boolean) => results.filter(({ passed }) => passed === isGreen).map(({ fork }) => fork)
  const parts = [
    [saying(false), 'failed'],
    [saying(true), 'passed'],
  ] as const
  const words = parts.filter(([forks]) => forks.length > 0).map(([forks, did]) => `${did} in fork ${forks.join(', ')}`)
  return { words: words.join('; '), first: saying(false)[0] ?? first.fork }
}

/** Explains how to read the log of a fork. */
function whereForks(
  forks: ReturnType<typeof forksOf>,
  { number, pipeline }: BuildAddress,
  step: string | null,
): string | null {
  if (forks === null || step === null) return null
  return `${forks.words}: hm logs ${number} ${quoteWord(`${step}/fork-${forks.first}`)} -p ${quoteWord(pipeline)}`
}

/** Shows a test's statistics on the default branch, and its results in builds of any branch. */
export async function testHistory(context: Context<'test'>, name: string): Promise<ExitCode> {
  return translateErrors(context, async () => {
    const { flags, global, output, signal } = context
    const session = await openSession(context)
    const address = await pipelineAddress(context, session, flags.pipeline)
    const { id } = await findTest(session, address, name, signal)
    const first = await session.client.getTest({ ...address, test: id, limit: mostRuns }, { signal })
    if (global.json) await output.json(first)
    else await printHistory(context, first)
    return exits.ok
  })
}

async function printHistory({ output }: Context<'test'>, { test, data }: Schemas['TestHistory']): Promise<void> {
  const { failing_since: since, last_failure: last, median_ms: ms, flaky, quarantine } = test
  await printFacts(output, [
    ['test', testTitle(test)],
    ['file', test.file],
    ['passed', test.runs === 0 ? '' : `${test.runs - test.failures} of ${test.runs} builds of the default branch`],
    ['median', ms === null ? '' : duration(ms)],
    ['failing', since && `since #${since.number}, ${minute(since.at)}`],
    ['failed', since === null ? last && `last in #${last.number}, ${minute(last.at)}` : null],
    ['message', last?.message],
    ['proved', flaky && `${verdictWords({ ...flaky, verdict: 'flaky' })}, in #${flaky.number}, ${minute(flaky.at)}`],
    [
      'quarantine',
      quarantine && `since ${minute(quarantine.since)}, until ${minute(quarantine.until)} without a new proof`,
    ],
  ])
  await output.print('')
  const rows = data.map((run) => [
    `#${run.number}`,
    [run.cached ? `${run.state} (cached)` : run.state, verdictWords(run)].filter((part) => part !== null).join(', '),
    run.branch,
    run.commit.slice(0, 8),
    run.step_key ?? '',
    run.duration_ms === null ? '' : duration(run.duration_ms),
    minute(run.at),
  ])
  await printTable(output, ['BUILD', 'RESULT', 'BRANCH', 'COMMIT', 'STEP', 'TOOK', 'ENDED'], rows)
}

/**
 * Finds a test by its full name, or by a part of its name that no other test contains. Exit 5
 * otherwise.
 */
async function findTest(
  { client }: Session,
  address: { readonly org: string; readonly pipeline: string },
  name: string,
  signal: AbortSignal,
): Promise<Schemas['PipelineTest']> {
  // Printed names begin with the suites.
  const q = name.split(' › ').at(-1) ?? name
  const { data, next_cursor: next } = await client.listPipelineTests({ ...address, q, limit: 100 }, { signal })
  const exact = data.filter((test) => test.name === name || testTitle(test) === name)
  const found = exact.length > 0 ? exact : data
  const [only, ...others] = found
  if (only !== undefined && others.length === 0 && next === null) return only
  if (only !== undefined && exact.length === 1) return only
  if (only === undefined)
    throw new HmError(exits.notFound, 'test_not_found', `${address.pipeline} has no test whose name contains ${name}`, {
      fix: 'the newest 50 builds of the default branch count; hm test lists the failed tests of a build',
    })
  const names = found.slice(0, 5).map((test) => `"${testTitle(test)}"`)
  throw new HmError(exits.notFound, 'test_not_found', `the names of several tests contain ${name}`, {
    fix: `pass a full name: ${names.join(', ')}${found.length > names.length ? ', …' : ''}`,
  })
}
