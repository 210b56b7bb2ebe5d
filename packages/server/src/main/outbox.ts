import { isBuildTerminal, type Outbox, type ProofOutbox } from '@harmont/engine'
import { unmeteredJobs, unmeteredRun } from '../billing/usage/metering.ts'
import { unpackedLogs } from '../builds/logs/pack-logs.ts'
import { noteEnded } from '../builds/traces/store.ts'
import { reportTask } from '../forges/checks/store.ts'

type Change = Parameters<Outbox>[1]

/** A task of the worker (`tasks.ts`), in the form of graphile-worker's `job_spec`. */
interface Task {
  readonly identifier: string
  readonly payload: Readonly<Record<string, unknown>>
}

/**
 * Functions that return the tasks to queue after a change. They run within its transaction, for
 * each step that ends, and execute no statement.
 */
const followers: readonly ((change: Change) => readonly Task[])[] = [
  buildEnded,
  testsEnded,
  useEnded,
  logsEnded,
  buildChanged,
]

const meter = `
    insert into unmetered_jobs (job_id, organization_id, build_id, step_key, job_name, started_at, finished_at, cpu_count, memory_gb, disk_gb)
    select r.job_id, $1, $2, r.step_key, r.job_name, r.started_at, r.finished_at, r.cpu_count, r.memory_gb, r.disk_gb
      from json_to_recordset($3::json) as r(job_id uuid, step_key text, job_name text, started_at timestamptz, finished_at timestamptz,
        cpu_count int, memory_gb int, disk_gb int)
    on conflict (job_id) do nothing`

const parts = `with unmetered as (${meter}),
  unpacked as (
    insert into unpacked_logs (job_id, pack_after)
    select r.job_id, now() + r.delay from json_to_recordset($4::json) as r(job_id uuid, delay interval)
    on conflict (job_id) do nothing),
  told as (insert into build_events (organization_id, build_id) values ($1, $2))`

const addTasks = `graphile_worker.add_jobs(
  array(select json_populate_record(null::graphile_worker.job_spec, t) from json_array_elements($5::json) as t))`

/**
 * Writes all effects of a change of a build with one statement, in the transaction of that change.
 */
export const outbox: Outbox = async (client, change) => {
  const tasks = followers.flatMap((follow) => follow(change))
  const unmetered = unmeteredJobs(change.endedJobs, change.steps)
  const unpacked = unpackedLogs(change.endedJobs)
  const values = [change.queue, change.buildId, JSON.stringify(unmetered), JSON.stringify(unpacked)]
  if (tasks.length === 0) await client.query({ name: 'outbox', text: `${parts} select`, values })
  else {
    await client.query({
      name: 'outbox-with-tasks',
      text: `${parts} select ${addTasks}`,
      values: [...values, JSON.stringify(tasks)],
    })
  }
}

/**
 * Records an event for the tests of a job that this run has proved flaky. Builds of forks have no
 * such events.
 */
const flakyTestsNoted = `
  select note_build_event($2::uuid, array['flaky'], array_agg(v.test order by v.test))
    from engine.test_reports t join engine.test_verdicts v on v.report = t.id
   where $4 and t.job_id = $7 and v.verdict = 'flaky'
     and v.at = (select max(l.at) from engine.test_verdicts l join engine.test_reports m on m.id = l.report where m.job_id = $7)
     and exists (select from build_records r where r.id = $2 and r.trust = 'trusted')
  having count(*) > 0`

/**
 * Writes the effects of a run of a proof. The crontab charges its use of a machine and packs its
 * log. Verdicts cause an event, the quarantine of flaky tests, a new measurement of the build, and
 * an update of the forge's check.
 */
export const proofOutbox: ProofOutbox = async (client, { buildId, jobId, queue, run, hasVerdicts }) => {
  const tasks = hasVerdicts
    ? [{ identifier: 'quarantine_proved_tests', payload: { build_id: buildId } }, endTask(buildId), reportTask(buildId)]
    : []
  await client.query({
    name: 'proof-outbox',
    text: `with unmetered as (${meter}),
      unpacked as (insert into unpacked_logs (job_id, pack_after) select $6::uuid, now() where $6::uuid is not null),
      told as (insert into build_events (organization_id, build_id) select $1, $2 where $4)
      select ${addTasks}, (${flakyTestsNoted})`,
    values: [
      queue,
      buildId,
      JSON.stringify(run === null ? [] : [unmeteredRun(run)]),
      hasVerdicts,
      JSON.stringify(tasks),
      run?.id ?? null,
      jobId,
    ],
  })
}

/** The outbox of a server that sends traces. */
export const tracedOutbox: Outbox = async (client, change) => {
  await outbox(client, change)
  await noteEnded(client, change)
}

function buildEnded({ buildId, after }: Change): readonly Task[] {
  return isBuildTerminal(after) ? [endTask(buildId)] : []
}

function endTask(buildId: string): Task {
  return { identifier: 'build_ended', payload: { build_id: buildId } }
}

/** Returns the task that checks whether tests in quarantine have passed often enough. */
function testsEnded({ buildId, steps, after }: Change): readonly Task[] {
  const mayLift = isBuildTerminal(after) && steps.some(({ tests }) => tests?.quarantine === true)
  return mayLift ? [{ identifier: 'lift_quarantines', payload: { build_id: buildId } }] : []
}

/**
 * Returns the task that charges a build at its end. The crontab charges long builds every minute.
 */
function useEnded({ queue, after }: Change): readonly Task[] {
  return isBuildTerminal(after) ? [{ identifier: 'meter_organization', payload: { organization_id: queue } }] : []
}

/**
 * Returns the task that packs logs: of all jobs at the end of their build, and of a failed job
 * immediately, because people read it. The crontab packs the rest every minute.
 */
function logsEnded({ after, endedJobs }: Change): readonly Task[] {
  const isLookedAt = endedJobs.some(({ state }) => state === 'failed' || state === 'timed_out')
  return isLookedAt || (isBuildTerminal(after) && endedJobs.length > 0)
    ? [{ identifier: 'pack_logs', payload: {} }]
    : []
}

/**
 * Returns the task that reports each state of a build to forges, and its end to discovery. The
 * state `scheduled` is always reported, because the build may have waited for approval before.
 */
function buildChanged({ buildId, before, after }: Change): readonly Task[] {
  return before === after && after !== 'scheduled' ? [] : [reportTask(buildId)]
}
