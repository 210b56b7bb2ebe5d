/** Measures queries over a million test results. */
import { fileTimesText, noteFileTimesText } from '@harmont/engine'
import type pg from 'pg'
import { startProduct } from '../../test/product.ts'
import { p50p99, type Row, timeMs } from '../measure.ts'

const samplesEach = 20
const context = `{"env":{},"injectedEnv":{},"cache":{"read":["x"],"write":"x"},"trust":"trusted","origin":{},"renderSlug":null,"source":null,"conditionContext":{"event":"api","branch":"main","baseBranch":null,"tag":null,"changed":null,"env":{},"local":false}}`
const plan = `[{"index":0,"key":"unit","name":"unit","command":"npm test","label":null,"env":{},"secrets":{},"timeoutSeconds":3600,"image":"host","buildsIn":null,"dependsOn":[],"cache":null,"continueOnFailure":false,"softFail":null,"retry":null,"condition":null,"resources":{"cpu":2,"memoryGb":4,"diskGb":20},"conditionHolds":true}]`

/** Fills one pipeline with builds of `main` that each ran this many tests, of which 2 % fail. */
async function fillResults(client: pg.ClientBase, builds: number, tests: number): Promise<void> {
  const slug = `tests-of-${builds}`
  await client.query(
    `insert into pipelines (id, organization_id, slug, name, repository, default_branch, last_build_number)
     select gen_random_uuid(), id, $1, $1, 'https://github.com/acme/' || $1, 'main', $2 from organizations where slug = 'default'`,
    [slug, builds],
  )
  await client.query(
    `create temporary table made as
     select gen_random_uuid() as id, gen_random_uuid() as job, p.id as pipeline, p.organization_id as queue, n, now() - ($1 - n) * interval '1 hour' as at
       from pipelines p, generate_series(1, $1::int) n where p.slug = '${slug}'`,
    [builds],
  )
  for (const text of [
    `insert into engine.builds (id, queue, pipeline, state, cancel_requested, created_at, started_at, finished_at, version)
     select id, queue, pipeline, 'failed', false, at, at, at, 9 from made`,
    `insert into engine.plans (build_id, context, steps) select id, '${context}', '${plan}' from made`,
    `insert into engine.jobs (id, build_id, step, attempt, state, fence, lost, created_at, started_at, finished_at, exit_code, soft_failed, cached, version)
     select job, id, 0, 1, 'failed', 1, 0, at, at, at, 1, false, false, 5 from made`,
    `insert into build_records (id, pipeline_id, number, branch, commit, source, created_at, state)
     select id, pipeline, n, 'main', md5(n::text), 'api', at, 'failed' from made`,
    `insert into engine.test_cases (pipeline, key, suite, name, file)
     select p.pipeline, gen_random_uuid(), 'suite ' || n % 200, 'it keeps promise number ' || n, 'src/part-' || n % 200 || '/promises.test.ts'
       from generate_series(1, ${tests}) n, (select distinct pipeline::text from made) p`,
    `insert into engine.test_reports (build_id, job_id, pipeline, trusted, path, format, faults, passed, failed, skipped, errored, left_out, written_at, at)
     select id, job, pipeline::text, true, 'junit.xml', 'junit', 0, ${tests}, 0, 0, 0, 0, at, at from made order by n`,
    `insert into engine.test_results (report, test, state, duration_ms, message)
     select t.id, c.id, case when (t.id * 31 + c.id * 17) % 50 = 0 then 'f' else 'p' end, (c.id * 7 + t.id) % 5000,
            case when (t.id * 31 + c.id * 17) % 50 = 0 then 'expected 2, got ' || c.id end
       from engine.test_reports t, engine.test_cases c where t.pipeline = c.pipeline and c.pipeline = (select distinct pipeline::text from made)`,
    `insert into engine.test_verdicts (report, test, verdict, forks, fork_passes, at)
     select report, test, case when test % 3 = 0 then 'flaky' else 'fails' end, 10, 3, now() from engine.test_results where state = 'f'`,
    `insert into engine.quarantines (test, pipeline, since, until)
     select id, pipeline, now(), now() + interval '14 days' from engine.test_cases where id % 20 = 0`,
    'vacuum analyze engine.test_cases, engine.test_reports, engine.test_results, engine.test_verdicts, engine.quarantines, engine.jobs, build_records',
  ])
    await client.query(text)
  const { rows } = await client.query<{ id: string }>(
    'select t.id from engine.test_reports t join made m on m.job = t.job_id',
  )
  for (const { id } of rows) await client.query(noteFileTimesText, [id])
  await client.query('drop table made')
}

const bytesEach = `select round((pg_total_relation_size('engine.test_results'))::numeric / count(*)) as bytes from engine.test_results`

function row(builds: number, tests: number): Row {
  const path = `/organizations/default/pipelines/tests-of-${builds}`
  const asked: Readonly<Record<string, string>> = {
    'tests of a build': `${path}/builds/${builds}/tests`,
    'search in it': `${path}/builds/${builds}/tests?q=number%2077`,
    'its passed ones': `${path}/builds/${builds}/tests?state=passed`,
    'view of the build': `${path}/builds/${builds}/view`,
    'tests of the pipeline': `${path}/tests`,
    'failing ones': `${path}/tests?state=failing`,
    'failed ones': `${path}/tests?state=failed`,
    'flaky ones': `${path}/tests?state=flaky`,
    'those in quarantine': `${path}/tests?state=quarantined`,
    'search in the pipeline': `${path}/tests?q=NUMBER%20777`,
    'search without a hit': `${path}/tests?q=absent`,
  }
  return {
    what: `1,000,000 results of tests: ${builds} builds of ${tests}`,
    must: 'each query <= 200 ms',
    run: async () => {
      const product = await startProduct({ HARMONT_RUNNER: 'off', HARMONT_RATE_LIMITS: 'off' })
      try {
        const client = await product.pool.connect()
        await fillResults(client, builds, tests)
        const { rows } = await client.query<{ bytes: string }>(bytesEach)
        client.release()
        const read = async (where: string): Promise<{ data?: readonly { readonly id: string }[] }> => {
          const address = `${product.server().url}/api/v0${where}`
          const answer = await fetch(address, { headers: { authorization: `Bearer ${product.token}` } })
          if (!answer.ok) throw new Error(`${where} → ${answer.status}`)
          return (await answer.json()) as { data?: readonly { readonly id: string }[] }
        }
        const [first] = (await read(`${path}/tests`)).data ?? []
        const lines: string[] = []
        for (const [name, where] of Object.entries({ ...asked, 'history of a test': `${path}/tests/${first?.id}` })) {
          const samples: number[] = []
          await read(where)
          for (let n = 0; n < samplesEach; n += 1) samples.push(await timeMs(() => read(where)))
          lines.push(`${name} ${p50p99(samples)}`)
        }
        const times: number[] = []
        const { rows: of } = await product.pool.query(
          `select id::text from pipelines where slug = 'tests-of-${builds}'`,
        )
        for (let n = 0; n < samplesEach; n += 1)
          times.push(await timeMs(() => product.pool.query(fileTimesText, [of[0].id])))
        lines.push(`times of files for a split ${p50p99(times)}`)
        return `${lines.join('; ')}; ${rows[0]?.bytes} bytes a result`
      } finally {
        await product.remove()
      }
    },
  }
}

export const testRows: readonly Row[] = [row(500, 2_000), row(10, 100_000)]
