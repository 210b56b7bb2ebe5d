import { beforeAll, expect, test } from 'vitest'
import { findConnectedByName } from '../../forges/repositories/connected-repository.ts'
import { blobsInUse } from '../../main/remove-unused.ts'
import { findPipeline, findPipelineBySource, listPipelinesOf } from '../../organizations/pipelines/store.ts'
import { findReader, findSecrets, listSecrets } from '../../organizations/secrets/store.ts'
import { unfinishedOrJustEnded } from '../../streams/build-events/organization-store.ts'
import { findTopicBuilds, findTopicJobs } from '../../streams/build-events/topics/find-topics.ts'
import { testServer } from '../../testing/server.ts'
import { findForgotten } from '../approval/approve-build.ts'
import { lackingParts } from '../artifacts/part-store.ts'
import { emptyText, expireAskedText, expireText, forgetText } from '../artifacts/remove-old-artifacts.ts'
import { findArtifact, listArtifactsOf } from '../artifacts/store.ts'
import { sweepPartsText } from '../artifacts/sweep-parts.ts'
import { emptyRemoved, markRemoved } from '../logs/remove-old-logs.ts'
import { findSummaries, newestSummaries } from '../overviews/summary.ts'
import { forgetSources } from '../source/remove-old-sources.ts'
import { findArchive, findSource } from '../source/store.ts'
import { findBuildPlace } from '../submit/answer-new-build.ts'
import { findDelivered, findSameHead } from '../submit/delivery-store.ts'
import { type CountedReport, findCountedReports } from '../tests/counted-reports.ts'
import { findFailedTests } from '../tests/failed-tests.ts'
import { listTests } from '../tests/list-tests.ts'
import { findQuarantines } from '../tests/quarantine.ts'
import {
  findCounted,
  findMessages,
  findProofs,
  findReports,
  findResults,
  findTest,
  hasReports,
} from '../tests/store.ts'
import { listRuns } from '../tests/test-runs.ts'
import { findHolders } from '../view/holders.ts'
import { findAttempts, findLookUps, findViewRow, jobsAhead } from '../view/store.ts'
import { requestedFacts } from './build-facts.ts'
import { findBuild, findPlacedBuild, listBuildsOf } from './store.ts'

const it = testServer()

/** Returns the plan of the one statement that `run` sends. */
async function planOf(
  run: (database: { query: (query: never) => Promise<never> }) => Promise<unknown>,
): Promise<string> {
  let plan = ''
  const query = async (asked: string | { text: string; values: unknown[] }, given: unknown[]) => {
    const { text, values } = typeof asked === 'string' ? { text: asked, values: given } : asked
    const { rows } = await it.server.pool.query(`explain (costs off) ${text}`, values)
    plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    return { rows: [], rowCount: 0 }
  }
  await run({ query } as never)
  return plan
}

const pgQuery = (
  on: { query: (text: string, values: unknown[]) => Promise<unknown> },
  text: string,
  values: unknown[],
) => on.query(text, values)

let pipelineId = ''
let organizationId = ''

/**
 * Writes 10,000 builds with a cached job and a log each, 2,000 of them ready, 1,000 pipelines, 200
 * organizations, 5,000 secrets and 5,000 repositories.
 */
beforeAll(async () => {
  const pipeline = await it.newPipeline()
  const { pool } = it.server
  await pool.query(
    `with p as (select id from pipelines where slug = $1),
          n as (select gen_random_uuid() as id, n, case n % 1000 when 0 then 'canceled' when 1 then 'running' else 'passed' end as state
                  from generate_series(1, 10000) n),
          b as (insert into engine.builds (id, queue, state, cancel_requested, held, created_at, finished_at, version)
                select id, 'q', state, false, n % 1000 = 1, now(), case n % 1000 when 1 then null else now() - interval '1 day' end, 1 from n)
     insert into build_records (id, pipeline_id, number, branch, commit, source, source_blob, source_sha256, delivery_provider, delivery_id, delivery_event,
                                pull_request, pull_request_as_of)
     select n.id, p.id, n.n, case n.n % 1000 when 0 then 'rare' else 'main' end, md5(n.n::text), case n.n % 1000 when 0 then 'schedule' else 'api' end,
            n.id::text, 'x', 'github', n.n::text, 'push',
            case when n.n > 2000 then json_build_object('number', n.n % 100) end, now() - n.n * interval '1 minute'
       from n, p`,
    [pipeline],
  )
  await pool.query('update build_records r set state = b.state from engine.builds b where b.id = r.id')
  await pool.query(
    `with j as (insert into engine.jobs (id, build_id, step, attempt, state, fence, lost, created_at, finished_at, soft_failed, cached, version)
       select gen_random_uuid(), id, 0, 1, 'passed', 1, 0, now(), now(), false, false, 1 from engine.builds returning id, build_id),
       r as (insert into engine.ready (job_id, build_id, queue, ready_at) select id, build_id, 'q' || (row_number() over () % 5), now() from j limit 2000)
     insert into engine.cache_look_ups (job_id, at, place, places, key, inputs, hit)
     select id, now(), 'p' || n % 100, array['p' || n % 100], md5(n::text), '{}', case n % 2 when 0 then json_build_object('origin', json_build_object('job', id)) end
       from (select id, row_number() over () as n from j) x`,
  )
  await pool.query(
    `insert into packed_logs (job_id, of_job, small, index, last_seq, bytes, lines, packed_at)
     select id, id, '', '', 1, 1, 1, now() - interval '1 day' from engine.jobs`,
  )
  // The builds of a pipeline, 2,000 of them with a report of 20 tests; one in 50 results is a
  // failure.
  await pool.query(
    `with t as (insert into engine.test_cases (pipeline, key, suite, name) select (select id::text from pipelines where slug = $1), gen_random_uuid(), 'suite', 'test ' || n
       from generate_series(1, 20) n returning id),
     r as (insert into engine.test_reports (build_id, job_id, pipeline, trusted, path, format, faults, passed, failed, skipped, errored, left_out, written_at, at)
       select b.id, j.id, b.pipeline_id::text, true, 'junit.xml', 'junit', 0, 20, 0, 0, 0, 0, now(), case b.number % 100 when 0 then null else now() end
         from build_records b join engine.jobs j on j.build_id = b.id where b.number <= 2000 returning id)
     insert into engine.test_results (report, test, state, duration_ms) select r.id, t.id, case (r.id + t.id) % 50 when 0 then 'f' else 'p' end, 5 from r, t`,
    [pipeline],
  )
  await pool.query(
    `insert into engine.test_verdicts (report, test, verdict, forks, fork_passes, at)
     select report, test, 'flaky', 3, 1, now() from engine.test_results where state = 'f'`,
  )
  // Quarantines of other pipelines, which are the great majority.
  await pool.query(
    `with c as (insert into engine.test_cases (pipeline, key, suite, name) select md5((n % 500)::text), gen_random_uuid(), 'other', 'test ' || n
       from generate_series(1, 5000) n returning id, pipeline)
     insert into engine.quarantines (test, pipeline, since, until) select id, pipeline, now(), now() + interval '1 day' from c`,
  )
  // One report is large.
  await pool.query(
    `insert into engine.test_results (report, test, state, duration_ms)
     select (select max(id) from engine.test_reports), id, 'p', id % 100 from engine.test_cases where suite = 'other'`,
  )
  await pool.query(
    'analyze engine.test_cases, engine.test_reports, engine.test_results, engine.test_verdicts, engine.quarantines',
  )
  await pool.query(
    `insert into organizations (id, slug, name) select gen_random_uuid(), 'org-' || n, 'x' from generate_series(1, 200) n`,
  )
  await pool.query(
    `insert into pipelines (id, organization_id, slug, name, repository, repo_name, source_slug, default_branch)
     select gen_random_uuid(), o.id, 'p-' || n, 'x', 'x', 'acme/' || n, 'ci', 'main'
       from generate_series(1, 5) n, organizations o`,
  )
  await pool.query(
    `insert into secrets (id, organization_id, name, sealed_value) select gen_random_uuid(), id, 'S' || n, '' from organizations, generate_series(1, 25) n`,
  )
  await pool.query(
    `with i as (insert into github_installations (number, organization_id, account_id, account_login, account_type)
       select row_number() over (), id, 'x', 'x', 'User' from organizations, generate_series(1, 10) returning id)
     insert into repositories (forge, external_id, github_installation_id, owner, name, clone_url, default_branch, is_private)
     select 'github', i.id || '-' || n, i.id, 'acme', 'r' || n, 'x', 'main', true from i, generate_series(1, 3) n`,
  )
  await pool.query(
    `insert into engine.artifacts (build_id, job_id, position, path, kind, bytes, sha256, parts, part_offset, expires_seconds, created_at, expired_at)
     select build_id, id, n, 'dist/' || n, 'file', 1, '', array[md5(id::text || n)], 0, case n when 1 then 60 end, now(),
            case when n = 2 then now() end
       from engine.jobs, generate_series(1, 3) n`,
  )
  await pool.query(
    "insert into artifact_parts (digest, bytes, small) select unnest(parts), 1, '' from engine.artifacts on conflict do nothing",
  )
  await pool.query(
    'analyze engine.artifacts, artifact_parts, packed_logs, engine.jobs, engine.ready, engine.cache_look_ups, build_records, engine.builds, pipelines, organizations, secrets, repositories, github_installations',
  )
  const { rows } = await pool.query('select id, organization_id from pipelines where slug = $1', [pipeline])
  pipelineId = rows[0].id
  organizationId = rows[0].organization_id
})

test('builds of a pipeline are read from an index, newest first, without a sort', async () => {
  const none = { states: null, branch: null, commit: null, source: null }
  const list = (filter: object) =>
    planOf((database) => listBuildsOf(database as never, pipelineId, { ...none, ...filter }, null, 51))
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
  const one = await planOf((database) => findBuild(database as never, pipelineId, 17))
  expect(one).not.toMatch(/Seq Scan on build/)
  const placed = await planOf((database) => findPlacedBuild(database as never, organizationId, 'p-1', 17))
  expect(placed).not.toMatch(/Seq Scan/)
})

test('the statements of every request, delivery, step and sweep use an index', async () => {
  const { rows } = await it.server.pool.query('select id from build_records where number = 17')
  const build: string = rows[0].id
  const { rows: jobs } = await it.server.pool.query<{ id: string }>('select id from engine.jobs limit 200')
  const ids = jobs.map(({ id }) => id)
  const longAgo = new Date(Date.now() - 400 * 24 * 3600 * 1000)
  const anything = { archived: false, q: 'x' }
  const pullRequest = { number: 7, title: null, url: '', headRepository: null, fork: false }
  const asOf = { provider: 'bitbucket', id: '5', event: 'pullrequest:updated', asOf: new Date() } as const
  const pulled = { ...requestedFacts('api'), pullRequest, baseBranch: 'main', delivery: asOf }
  const questions: readonly (readonly [what: string, ask: (database: never) => Promise<unknown>])[] = [
    ['delivery', (on) => findDelivered(on, pipelineId, { provider: 'github', id: '5', event: 'push' })],
    ['head of a pull request', (on) => findSameHead(on, pipelineId, 'c', pulled)],
    ['place', (on) => findBuildPlace(on, organizationId, build)],
    ['archive', (on) => findArchive(on, build)],
    ['source', (on) => findSource(on, build)],
    ['blobs', (on) => blobsInUse(on, [build])],
    ['forgotten approvals', (on) => findForgotten(on, new Date(), 500)],
    ['reader', (on) => findReader(on, build)],
    [
      'secrets',
      (on) => findSecrets(on, { organization_id: organizationId, pipeline_id: pipelineId }, ['S1', 'S2'], 1_000),
    ],
    ['list of secrets', (on) => listSecrets(on, { organizationId, pipelineId: null })],
    ['pipeline', (on) => findPipeline(on, organizationId, 'p-1')],
    ['pipeline by source', (on) => findPipelineBySource(on, organizationId, 'ACME/1', 'ci')],
    ['list of pipelines', (on) => listPipelinesOf(on, organizationId, anything, null, 51)],
    ['view of a build', (on) => findViewRow(on, build)],
    ['its attempts', (on) => findAttempts(on, build, 1)],
    ['look-ups in the cache', (on) => findLookUps(on, ids)],
    ['place in the queue', (on) => jobsAhead(on, 'q1', build)],
    ['holders of places', (on) => findHolders(on, organizationId, [{ buildId: build, jobId: ids[0] ?? null }])],
    ['builds of topics', (on) => findTopicBuilds(on, organizationId, [{ slug: 'p-1', number: 1 }])],
    ['jobs of topics', (on) => findTopicJobs(on, organizationId, ids.slice(0, 4))],
    ['what is not over', (on) => unfinishedOrJustEnded(on, 'nobody')],
    ['logs that are due', (on) => markRemoved(on, new Date(), 400, 500)],
    ['logs to be removed', (on) => markRemoved(on, longAgo, 400, 500)],
    ['logs to be emptied', (on) => emptyRemoved(on, new Date(), 500)],
    ['sources that are due', (on) => forgetSources(on, new Date(), 500)],
    ['sources to be removed', (on) => forgetSources(on, longAgo, 500)],
    ['list of artifacts', (on) => listArtifactsOf(on, build, { path: 'a', jobId: build, position: 1 }, 51)],
    ['artifact', (on) => findArtifact(on, build, { jobId: ids[0] ?? '', position: 1 })],
    ['parts of an artifact', (on) => lackingParts(on, ids)],
    ['artifacts as asked', (on) => pgQuery(on, expireAskedText, [500, longAgo])],
    ['artifacts that are due', (on) => pgQuery(on, expireText, [500, longAgo, longAgo])],
    ['artifacts to be emptied', (on) => pgQuery(on, emptyText, [500, longAgo])],
    ['artifacts to be forgotten', (on) => pgQuery(on, forgetText, [500, longAgo])],
    ['parts without an artifact', (on) => pgQuery(on, sweepPartsText, [longAgo, 'a', 2_000])],
    ['repository', (on) => findConnectedByName(on, organizationId, 'acme/r1')],
  ]
  for (const [what, ask] of questions) {
    const plan = await planOf((database) => ask(database as never))
    expect([what, plan]).toEqual([what, expect.stringMatching(/Index|Bitmap/)])
    expect([what, plan]).toEqual([what, expect.not.stringContaining('Seq Scan')])
  }
})

test('test results are found by report and by test, regardless of other data', async () => {
  const { pool } = it.server
  const { rows: reports } = await pool.query<CountedReport>(
    `select t.id, r.number, t.at, t.cached from engine.test_reports t join build_records r on r.id = t.build_id order by t.id desc limit 50`,
  )
  const { rows: tests } = await pool.query<{ id: string }>('select id from engine.test_cases limit 5')
  const { rows } = await pool.query<{ id: string; job: string }>(
    'select r.id, j.id as job from build_records r join engine.jobs j on j.build_id = r.id where r.number = 17',
  )
  const { id: build = '', job = '' } = rows[0] ?? {}
  const [newest] = reports
  const [one = { id: '' }] = tests
  const ids = tests.map(({ id }) => id)
  const all = { state: null, q: null, after: null, limit: 51 }
  const questions: readonly (readonly [what: string, ask: (database: never) => Promise<unknown>])[] = [
    ['reports that count', (on) => findCountedReports(on, pipelineId, 50)],
    ['reports of a build', (on) => findReports(on, build)],
    ['whether it has any', (on) => hasReports(on, build)],
    ['its results', (on) => findResults(on, [newest?.id ?? ''], all)],
    ['failed tests of a job', (on) => findFailedTests(on, [job], 10)],
    ['one test', (on) => findTest(on, pipelineId, job)],
    ['results that count', (on) => findCounted(on, ids, reports)],
    ['messages', (on) => findMessages(on, [{ test: one.id, report: newest?.id ?? '' }])],
    ['its history', (on) => listRuns(on, one.id, null, 51)],
    ['tests by name', (on) => listTests(on, pipelineId, reports, all)],
    ['failing tests', (on) => listTests(on, pipelineId, reports, { ...all, state: 'failing' })],
    ['flaky tests', (on) => listTests(on, pipelineId, reports, { ...all, state: 'flaky' })],
    ['tests in quarantine', (on) => listTests(on, pipelineId, reports, { ...all, state: 'quarantined' })],
    ['proofs', (on) => findProofs(on, ids, reports)],
    ['quarantines', (on) => findQuarantines(on, ids)],
  ]
  for (const [what, ask] of questions) {
    const plan = await planOf((database) => ask(database as never))
    // One pipeline has nearly all build records, so that a sequential scan of them may be cheapest.
    expect([what, plan]).toEqual([
      what,
      expect.not.stringMatching(/Seq Scan on (test_results|test_reports|test_verdicts|quarantines|jobs|builds)/),
    ])
    if (what === 'its results') expect(plan).toContain('Index Scan using test_results_listed')
  }
})

test('lists read builds, plans and failures from an index, and only the newest builds of a pipeline', async () => {
  const { rows } = await it.server.pool.query('select id from build_records order by number limit 20')
  const listed = await planOf((database) =>
    findSummaries(
      database as never,
      rows.map(({ id }) => id),
    ),
  )
  const newest = await planOf((database) => newestSummaries(database as never, [{ id: pipelineId, slug: 'p' }], 20))
  expect(newest).toMatch(/Limit\s+-> {2}Index Scan Backward using build_records_number_unique/)
  for (const plan of [listed, newest]) {
    expect(plan).not.toMatch(/Seq Scan on (build|pipeline|jobs|plans)/)
    expect(plan).toContain('jobs_failed')
  }
})
