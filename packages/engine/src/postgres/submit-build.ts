import type pg from 'pg'
import type { Created } from '../core/create-build.ts'
import type { BuildContext } from '../store.ts'
import { groupValues, headerValues } from './build-rows.ts'
import { newJobRecord } from './job-rows.ts'
import { time } from './values.ts'
import { insertJobs, insertReady, readyRecords } from './write-change.ts'

/**
 * Writes a new build in the client's open transaction, in four statements whatever its size.
 * Nothing happens to the build before that transaction is committed; then its `effects` are to be
 * announced.
 */
export async function submitBuild(client: pg.ClientBase, { build }: Created, context: BuildContext): Promise<void> {
  const jobs = build.render === null ? build.jobs : [build.render]
  await client.query({
    name: 'engine-submit-build',
    text: `insert into engine.builds (id, queue, created_at, version, state, cancel_requested, error_code, error_message, started_at, finished_at,
        deadline_at, timeout_seconds, held, pipeline, group_key, group_name, group_limit, group_when_full, group_turn, awaits_place)
      values ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    values: [
      build.id,
      build.queue,
      time(build.createdAt),
      ...headerValues(build),
      build.pipeline,
      ...groupValues(build),
    ],
  })
  await client.query({
    name: 'engine-submit-plan',
    text: 'insert into engine.plans (build_id, context, steps) values ($1, $2, $3)',
    values: [build.id, JSON.stringify(context), JSON.stringify(build.steps)],
  })
  if (jobs.length === 0) return
  await client.query({
    name: 'engine-submit-jobs',
    text: insertJobs('$1::uuid', '1', '$2'),
    values: [build.id, JSON.stringify(jobs.map((job) => newJobRecord(job, build.steps)))],
  })
  const ready = readyRecords(build, jobs, build.createdAt)
  if (ready.length === 0) return
  await client.query({
    name: 'engine-submit-ready',
    text: insertReady('$1::uuid', '$2::text', '$3::text', '$4'),
    values: [build.id, build.queue, build.pipeline, JSON.stringify(ready)],
  })
}
