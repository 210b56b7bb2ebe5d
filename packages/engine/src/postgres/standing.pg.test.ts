import pg from 'pg'
import { expect, test } from 'vitest'
import { standingText } from './builds.ts'
import { engineDatabase } from './engine-database.test-support.ts'

test('stalled builds are found by an index among the unfinished ones, whatever other builds there are', async () => {
  const pool = new pg.Pool(await engineDatabase())
  // Creates 20,000 ended builds, 2,000 young running ones, and 30 old waiting ones.
  await pool.query(`with n as (
      select gen_random_uuid() as id, n, case when n <= 30 then 'old' when n <= 2030 then 'young' else 'over' end as what from generate_series(1, 22030) n),
    b as (insert into engine.builds (id, queue, state, cancel_requested, created_at, finished_at, version)
      select id, 'q', 'scheduled', false, now() - case what when 'young' then interval '1 hour' else interval '9 days' end,
        case what when 'over' then now() - interval '8 days' end, 1 from n),
    j as (insert into engine.jobs (id, build_id, step, attempt, state, fence, lost, created_at, soft_failed, cached, version)
      select id, id, 0, 1, case what when 'over' then 'passed' else 'scheduled' end, 0, 0, now() - interval '9 days', false, false, 1 from n)
    insert into engine.ready (job_id, build_id, queue, ready_at) select id, id, 'q', now() - interval '9 days' from n where what <> 'over'`)
  await pool.query('analyze engine.builds, engine.jobs, engine.ready')
  const values = [new Date(Date.now() - 3 * 24 * 3_600_000).toISOString(), true, 100]
  expect((await pool.query(standingText, values)).rowCount).toBe(30)
  expect((await pool.query(standingText, [values[0], false, 100])).rowCount).toBe(0)
  const { rows } = await pool.query(`explain ${standingText}`, values)
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('builds_standing')
  expect(plan).not.toMatch(/Seq Scan on (builds|jobs)/)
  await pool.end()
})
