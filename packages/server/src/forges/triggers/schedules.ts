/** When pipelines are built by the clock. */
import type { Database } from '../../platform/database/transaction.ts'
import { nextTick } from './cron.ts'
import type { ScheduleTrigger } from './trigger.ts'

/** Makes these the pipeline's schedules. One that stays keeps its next tick, so that being set again never skips one. */
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

export interface DueSchedule {
  readonly pipeline_id: string
  readonly cron: string
  readonly timezone: string
  readonly branch: string
  readonly next_at: Date
}

/** Schedules whose time has come, locked until the transaction ends; those that another process has in hand are left to it. */
export async function lockDue(database: Database, now: Date, limit: number): Promise<readonly DueSchedule[]> {
  const { rows } = await database.query<DueSchedule>({
    name: 'lock-due-schedules',
    text: `select pipeline_id, cron, timezone, branch, next_at from schedules
            where next_at <= $1 order by next_at limit $2 for update skip locked`,
    values: [now, limit],
  })
  return rows
}

/** Sets the next tick, and has the one that came built; `next` null: it never comes again. */
export async function tick(database: Database, due: DueSchedule, next: Date | null): Promise<void> {
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
