import { expect, test } from 'vitest'
import { testServer } from '../testing/server.ts'
import { findBuild, listBuildsOf } from './store.ts'

const it = testServer()

/** The plan of the one statement that `run` sends. */
async function planOf(
  run: (database: { query: (query: never) => Promise<never> }) => Promise<unknown>,
): Promise<string> {
  let plan = ''
  const query = async ({ text, values }: { text: string; values: unknown[] }) => {
    const { rows } = await it.server.pool.query(`explain (costs off) ${text}`, values)
    plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    return { rows: [], rowCount: 0 }
  }
  await run({ query } as never)
  return plan
}

test('builds of a pipeline are read from an index, newest first, without a sort', async () => {
  const pipeline = await it.newPipeline()
  await it.server.pool.query(
    `with p as (select id from pipelines where slug = $1),
          n as (select gen_random_uuid() as id, n, case n % 1000 when 0 then 'canceled' when 1 then 'running' else 'passed' end as state
                  from generate_series(1, 20000) n),
          b as (insert into engine.builds (id, queue, state, cancel_requested, created_at, version)
                select id, 'q', state, false, now(), 1 from n)
     insert into build_records (id, pipeline_id, number, branch, commit, source, state)
     select n.id, p.id, n.n, case n.n % 1000 when 0 then 'rare' else 'main' end, md5(n.n::text), case n.n % 1000 when 0 then 'schedule' else 'api' end, n.state
       from n, p`,
    [pipeline],
  )
  await it.server.pool.query('update build_records r set state = b.state from engine.builds b where b.id = r.id')
  await it.server.pool.query('analyze build_records, engine.builds')
  const { rows } = await it.server.pool.query<{ id: string }>('select id from pipelines where slug = $1', [pipeline])
  const id = rows[0]?.id ?? ''
  const none = { states: null, branch: null, commit: null, source: null }
  const list = (filter: object) =>
    planOf((database) => listBuildsOf(database as never, id, { ...none, ...filter }, null, 51))
  const all = await list({})
  expect(all).toMatch(/Index Scan Backward using build_records_number_unique/)
  expect(all).toMatch(/builds_pkey/)
  expect(all).not.toMatch(/Seq Scan on build|Sort/)
  for (const [filter, index] of [
    [{ states: ['canceled'] }, 'build_records_by_state'],
    [{ branch: 'rare' }, 'build_records_by_branch'],
    [{ source: 'schedule' }, 'build_records_by_source'],
    [{ commit: 'c4ca4238' }, 'build_records_by_commit'],
  ] as const) {
    const plan = await list(filter)
    expect(plan).toContain(index)
    expect(plan).not.toMatch(/Seq Scan on build/)
  }
  const one = await planOf((database) => findBuild(database as never, id, 17))
  expect(one).not.toMatch(/Seq Scan on build/)
})
