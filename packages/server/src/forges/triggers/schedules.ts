/** Builds that run on a schedule. */
import type pg from 'pg'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { orNull } from '../forge/failures.ts'
import type { Forges } from '../forge/forge.ts'
import { findConnected } from '../repositories/connected-repository.ts'
import { nextTick } from './cron.ts'
import { type StartServices, startBuild } from './start-build.ts'
import { findTriggered } from './store.ts'
import type { ScheduleTrigger } from './trigger.ts'

const batch = 100

/** Queues the builds of all due schedules. Any number of missed runs results in one build. */
export async function runSchedules(pool: pg.Pool, now: Date): Promise<void> {
  let found: number
  do {
    found = await transaction(pool, async (client) => {
      const due = await lockDue(client, now, batch)
      for (const each of due) await advance(client, each, nextTick(each.cron, each.timezone, now))
      return due.length
    })
  } while (found === batch)
}

export interface ScheduleServices extends StartServices {
  readonly forges: Forges
}

interface ScheduledBuild {
  readonly pipeline: string
  /** Empty for the default branch. */
  readonly branch: string
  /** The scheduled time, RFC 3339. */
  readonly tick: string
}

/** Builds the head of a branch for a scheduled time, once. Fails if the forge is unavailable. */
export async function buildScheduled(services: ScheduleServices, scheduled: ScheduledBuild): Promise<void> {
  const { pool, forges } = services
  const pipeline = await findTriggered(pool, scheduled.pipeline)
  if (pipeline === undefined) return
  const repository = await findConnected(pool, pipeline.forge, pipeline.forge_repository_id)
  const forge = forges.get(pipeline.forge)
  if (repository === undefined || forge === undefined) return
  const branch = scheduled.branch || repository.defaultBranch
  const commit = await orNull(() => forge.branchHead(repository.address, branch))
  if (commit === null) return
  await startBuild(services, {
    repository,
    pipeline,
    author: { userId: null, name: null },
    branch,
    commit,
    message: null,
    sourceName: repository.id,
    refs: [`refs/heads/${branch}`],
    facts: {
      event: 'schedule',
      tag: null,
      baseBranch: null,
      pullRequest: null,
      changed: null,
      trust: 'trusted',
      refClass: 'fetched',
      held: false,
      delivery: { provider: 'schedule', id: `${scheduled.tick} ${branch}`, event: 'schedule' },
      rebuildOf: null,
      recordedSource: 'schedule',
    },
  })
}

/** Replaces the schedules of a pipeline. Unchanged schedules keep their next run. */
export async function setSchedules(
  database: Database,
  pipelineId: string,
  schedules: readonly ScheduleTrigger[],
  now: Date,
): Promise<void> {
  const rows = schedules.flatMap(({ cron, timezone, branch }) => {
    const next = nextTick(cron, timezone, now)
    return next === null ? [] : [{ cron, timezone, branch: branch ?? '', next_at: next.toISOString() }]
  })
  const given = JSON.stringify(rows)
  await database.query({
    name: 'drop-schedules',
    text: `delete from schedules where pipeline_id = $1 and (cron, timezone, branch) not in
             (select cron, timezone, branch from jsonb_to_recordset($2) as t (cron text, timezone text, branch text))`,
    values: [pipelineId, given],
  })
  await database.query({
    name: 'add-schedules',
    text: `insert into schedules (pipeline_id, cron, timezone, branch, next_at)
           select $1, cron, timezone, branch, next_at
             from jsonb_to_recordset($2) as t (cron text, timezone text, branch text, next_at timestamptz)
           on conflict do nothing`,
    values: [pipelineId, given],
  })
}

interface DueSchedule {
  readonly pipeline_id: string
  readonly cron: string
  readonly timezone: string
  readonly branch: string
  readonly next_at: Date
}

/** Locks schedules that are due, except those that another process has locked. */
async function lockDue(database: Database, now: Date, limit: number): Promise<readonly DueSchedule[]> {
  const { rows } = await database.query<DueSchedule>({
    name: 'lock-due-schedules',
    text: `select pipeline_id, cron, timezone, branch, next_at from schedules
            where next_at <= $1 order by next_at limit $2 for update skip locked`,
    values: [now, limit],
  })
  return rows
}

/** Queues the build of a due schedule and sets its next run; `next` is null if there is none. */
async function advance(database: Database, due: DueSchedule, next: Date | null): Promise<void> {
  const key = [due.pipeline_id, due.cron, due.timezone, due.branch]
  await (next === null
    ? database.query({
        name: 'end-schedule',
        text: 'delete from schedules where pipeline_id = $1 and cron = $2 and timezone = $3 and branch = $4',
        values: key,
      })
    : database.query({
        name: 'move-schedule',
        text: 'update schedules set next_at = $5 where pipeline_id = $1 and cron = $2 and timezone = $3 and branch = $4',
        values: [...key, next],
      }))
  await database.query({
    name: 'queue-scheduled-build',
    text: `select graphile_worker.add_job('build_scheduled', json_build_object('pipeline', $1::text, 'branch', $2::text, 'tick', $3::text))`,
    values: [due.pipeline_id, due.branch, due.next_at.toISOString()],
  })
}
