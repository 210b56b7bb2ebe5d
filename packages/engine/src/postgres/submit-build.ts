import type pg from 'pg'
import type { Created } from '../core/create-build.ts'
import type { BuildContext } from '../store.ts'
import { groupValues, headerValues } from './build-rows.ts'
import { insertJobs, insertReady } from './change-statement.ts'
import { newJobRecord } from './job-rows.ts'
import { time } from './values.ts'
import { readyRecords } from './write-change.ts'

// A single statement, so that a new build costs one round trip, whatever its size.
const text = `with
  build as (
    insert into engine.builds (id, queue, pipeline, created_at, version, state, cancel_requested, error_code, error_message, started_at, finished_at,
      deadline_at, timeout_seconds, held, group_key, group_name, group_limit, group_when_full, group_turn, awaits_place)
    values ($1::uuid, $2::text, $3::text, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)),
  plan as (insert into engine.plans (build_id, context, steps) values ($1::uuid, $20, $21)),
  jobs as (${insertJobs('$1::uuid', '1', '$22')})
  ${insertReady('$1::uuid', '$2::text', '$3::text', '$23')}`

/**
 * Writes a new build in the client's open transaction. The build does not change before that
 * transaction is committed. Then its `effects` must be announced.
 */
export async function submitBuild(client: pg.ClientBase, { build }: Created, context: BuildContext): Promise<void> {
  const jobs = build.render === null ? build.jobs : [build.render]
  await client.query({
    name: 'engine-submit-build',
    text,
    values: [
      build.id,
      build.queue,
      build.pipeline,
      time(build.createdAt),
      ...headerValues(build),
      ...groupValues(build),
      JSON.stringify(context),
      JSON.stringify(build.steps),
      JSON.stringify(jobs.map((job) => newJobRecord(job, build.steps))),
      JSON.stringify(readyRecords(build, jobs, build.createdAt)),
    ],
  })
}
