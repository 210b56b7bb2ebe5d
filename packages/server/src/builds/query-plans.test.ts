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
          b as (insert into engine.builds (id, queue, state, cancel_requested, created_at, version)
                select gen_random_uuid(), 'q', 'passed', false, now(), 1 from generate_series(1, 20000) returning id)
     insert into build_records (id, pipeline_id, number, branch, commit, source)
     select b.id, p.id, row_number() over (), 'main', 'c', 'api' from b, p`,
    [pipeline],
  )
  await it.server.pool.query('analyze build_records, engine.builds')
  const { rows } = await it.server.pool.query<{ id: string }>('select id from pipelines where slug = $1', [pipeline])
  const id = rows[0]?.id ?? ''
  const list = await planOf((database) => listBuildsOf(database as never, id, null, 51))
  expect(list).toMatch(/Index Scan Backward using build_records_number_unique/)
  expect(list).toMatch(/builds_pkey/)
  expect(list).not.toMatch(/Seq Scan on (?!users)|Sort/)
  const one = await planOf((database) => findBuild(database as never, id, 17))
  expect(one).not.toMatch(/Seq Scan on (?!users)/)
})
