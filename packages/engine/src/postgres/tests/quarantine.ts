/** Counts the failed tests of a red step that are in quarantine. */
import type pg from 'pg'
import type { LiveBuild } from '../../core/live-build.ts'
import type { BuildEvent, FailedTests, Instant } from '../../core/model.ts'
import { casesOf } from '../../probes/probe.ts'
import { isRed } from '../../reports/test-report.ts'
import type { WrittenOutput } from '../step-outputs.ts'
import { time } from '../values.ts'

interface Ended {
  readonly events: readonly BuildEvent[]
  readonly output?: WrittenOutput | undefined
}

/** Maximum number of failed tests to look up; a step with more of them fails as usual. */
const mostFailed = 1_000

/**
 * Adds the numbers of failed and of quarantined tests to the end of a red step with `quarantine`,
 * in the client's open transaction. The core uses them to decide whether the failure is soft.
 */
export async function withFailedTests<Ask extends Ended>(
  client: pg.ClientBase,
  { steps, slots }: LiveBuild,
  ask: Ask,
): Promise<Ask> {
  const { output, events } = ask
  const end = events.find((event) => event.type === 'ended' && event.job === output?.jobId)
  if (output === undefined || end?.type !== 'ended' || end.outcome.kind !== 'exited') return ask
  const step = steps[slots.get(output.jobId) ?? -1]
  if (step?.tests?.quarantine !== true || end.outcome.exitCode === 0) return ask
  const failedTests = await findFailedTests(client, output, end.at)
  return { ...ask, events: events.map((event) => (event === end ? { ...end, failedTests } : event)) }
}

async function findFailedTests(
  client: pg.ClientBase,
  { reports, output: { tests } }: WrittenOutput,
  at: Instant,
): Promise<FailedTests> {
  const failed = casesOf(tests)?.filter(isRed) ?? []
  if (failed.length === 0 || failed.length > mostFailed)
    return { count: failed.length, inQuarantine: 0, areWhole: false }
  const { rows } = await client.query<{ count: number; in_quarantine: number; left_out: boolean }>({
    name: 'engine-failed-tests-in-quarantine',
    text: `select count(distinct x.test)::int as count, count(distinct q.test)::int as in_quarantine,
        exists (select from engine.test_reports where id = any($1::bigint[]) and left_out > 0) as left_out
      from engine.test_results x left join engine.quarantines q on q.test = x.test and q.until > $2
      where x.report = any($1::bigint[]) and x.state in ('f', 'e')`,
    values: [reports, time(at)],
  })
  const [{ count, in_quarantine: inQuarantine, left_out: isCut } = { count: 0, in_quarantine: 0, left_out: true }] =
    rows
  return { count, inQuarantine, areWhole: !isCut }
}
