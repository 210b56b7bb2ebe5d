/** Spans of builds with played jobs, and a collector with the checks of a real one. */

import { noOutput } from '@harmont/engine'
import { type CollectedSpan, startCollector } from '@harmont/outside/collector'
import { until } from '@harmont/test-kit/until'
import { afterAll, expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { give, layerPlayers, passed, wantedOf } from '../layers/players.test-support.ts'
import { claimUnsent, releaseUnsent, removeBeyond, removeStaleSpans } from './store.ts'

const collector = await startCollector()
const it = testServer({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
const { elsewhere, leaseOne, runParent } = layerPlayers(it)
afterAll(() => collector.stop())

let traces = 0

/** Creates a build in a trace of its own. */
async function submit(pipelineIr: string, flags = '01') {
  traces += 1
  const traceId = String(traces).padStart(32, 'a')
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: pipelineIr }
  const headers = { traceparent: `00-${traceId}-${'b'.repeat(16)}-${flags}` }
  const { id } = (await it.request<{ id: string }>(ownerToken, 'POST', path, body, headers)).body
  return { id, path, traceId }
}

const spansOf = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId)
const named = (traceId: string, name: RegExp) =>
  until(
    () => spansOf(traceId).filter((span) => name.test(span.name)),
    (spans: readonly CollectedSpan[]) => spans.length > 0,
  )

async function unsent(): Promise<number> {
  const { rows } = await it.server.pool.query<{ count: number }>('select count(*)::int from unsent_spans')
  return rows[0]?.count ?? 0
}

test('G98 a build that ends on creation has its span, with its code and no text', async () => {
  const { traceId } = await submit('no IR')
  const [span] = await named(traceId, /^build /)
  expect(span).toMatchObject({ failed: true, attributes: { 'error.type': expect.stringMatching(/^[a-z_]+$/) } })
})

test("G98 a retry is a span of its own, a child of its build's span", async () => {
  const { id, path, traceId } = await submit(ir({ key: 'a', cmd: 'true' }))
  await (await playJob(it)).end({ exitCode: 1 })
  const [first] = await named(traceId, /^build /)
  const { rows } = await it.server.pool.query<{ id: string }>('select id from engine.jobs where build_id = $1', [id])
  const answer = await it.request(ownerToken, 'POST', `${path}/1/jobs/${rows[0]?.id}/retry`, {})
  expect(answer.status).toBeLessThan(300)
  await (await playJob(it)).end()
  const [again] = await named(traceId, /^retry /)
  expect(again?.parentId).toBe(first?.spanId)
  await until(() => spansOf(traceId).filter(({ name }) => name === 'job a').length === 2)
})

test("G98 a test report is a child span of its job's command, with counts", async () => {
  const { traceId } = await submit(ir({ key: 'unit', cmd: 'x' }))
  const job = await playJob(it)
  const cases = (['passed', 'failed', 'errored', 'skipped'] as const).map((state) => ({
    suite: 's',
    name: state,
    state,
  }))
  await job.end({ exitCode: 1 }, { tests: [{ path: 'out/junit.xml', format: 'junit', faults: 0, cases }] })
  const [report] = await named(traceId, /^test$/)
  const [command] = await named(traceId, /^command$/)
  expect(report).toMatchObject({
    ...{ parentId: command?.spanId, from: command?.from, to: command?.to, failed: true },
    attributes: {
      'test.suite.name': 'out/junit.xml',
      'test.suite.run.status': 'failure',
      ...{ 'harmont.tests.passed': 1, 'harmont.tests.failed': 2, 'harmont.tests.skipped': 1 },
    },
  })
})

test('G98 files that a runner sent for another one are a child span of the job that left them', async () => {
  const [giver, taker] = [await elsewhere(), await elsewhere()]
  await runParent(giver)
  const asked = wantedOf(giver)
  const leased = leaseOne(taker, 20_000)
  const bytes = Buffer.from('the bytes of a layer')
  await give(giver, await asked, bytes)
  const job = await leased
  await taker.port.started(job, new Date())
  await taker.port.finish(job, new Date(), { ...passed, snapshot: null }, noOutput)
  const [sent] = await until(
    () => collector.spans.filter(({ name }) => name === 'export'),
    (spans: readonly CollectedSpan[]) => spans.length > 0,
  )
  const parent = collector.spans.find(({ spanId }) => spanId === sent?.parentId)
  expect([parent?.name, parent?.traceId]).toEqual(['job a', sent?.traceId])
  expect(sent?.attributes).toMatchObject({ 'cicd.worker.id': giver.id, 'harmont.bytes': bytes.length })
})

test('G98 a collector that does not answer yet delays no build, and gets its spans once', async () => {
  collector.state = 'slow'
  try {
    const { id, traceId } = await submit(ir({ key: 'a', cmd: 'true' }, { key: 'b', cmd: 'true', depends_on: ['a'] }))
    for (let turn = 0; turn < 2; turn += 1) await (await playJob(it)).end()
    expect((await it.server.engine.store.builds.load(id))?.build.state).toBe('passed')
    expect(spansOf(traceId)).toEqual([])
    collector.state = 'takes'
    expect(await named(traceId, /^build /)).toHaveLength(1)
    await until(unsent, (count) => count === 0)
    expect(spansOf(traceId).filter(({ name }) => name === 'job a')).toHaveLength(1)
  } finally {
    collector.state = 'takes'
  }
})

test('an unsampled caller gets no spans, and its trace context is passed on to the command', async () => {
  const { id, traceId } = await submit(ir({ key: 'a', cmd: 'true' }), '00')
  const loaded = await it.server.engine.store.builds.load(id)
  expect(loaded?.context.trace).toEqual({ traceId, parentId: expect.stringMatching(/^[0-9a-f]{16}$/), sampled: false })
  await (await playJob(it)).end()
  const { rowCount } = await it.server.pool.query('select from unsent_spans where build_id = $1', [id])
  expect(rowCount).toBe(0)
  await until(unsent, (count) => count === 0)
  expect(spansOf(traceId)).toEqual([])
})

test('rows are sent by one process at a time, and abandoned above a maximum number or after a day', async () => {
  const { pool } = it.server
  collector.state = 'away'
  try {
    await submit(ir({ key: 'a', cmd: 'true' }))
    await (await playJob(it)).end()
    expect(await unsent()).toBe(2)
    // Acts as further processes beside the server.
    const rows = await until(
      () => claimUnsent(pool, 10),
      (claimed) => claimed.length > 0,
    )
    expect(await claimUnsent(pool, 10)).toEqual([])
    await releaseUnsent(
      pool,
      rows.map(({ id }) => id),
    )
    expect(await removeBeyond(pool, 1)).toBe(1)
    expect(await unsent()).toBe(1)
    await pool.query("update unsent_spans set noted_at = now() - interval '25 hours'")
    expect(await removeStaleSpans(pool)).toBe(1)
  } finally {
    collector.state = 'takes'
  }
})

test('spans that a collector rejects permanently are dropped, and the spans after them are sent', async () => {
  collector.state = 'refuses'
  const refused = await submit(ir({ key: 'a', cmd: 'true' }))
  await (await playJob(it)).end()
  await until(unsent, (count) => count === 0)
  collector.state = 'takes'
  const { traceId } = await submit('no IR')
  await named(traceId, /^build /)
  expect(spansOf(refused.traceId).filter(({ name }) => !name.startsWith('POST'))).toEqual([])
  const { body } = await it.request<string>(null, 'GET', '/metrics')
  expect(Number(/^harmont_trace_spans_dropped_total (\d+)$/m.exec(body)?.[1])).toBeGreaterThanOrEqual(4)
})

test('the collector found no invalid span', () => {
  expect(collector.spans.length).toBeGreaterThan(5)
  expect(collector.faults).toEqual([])
})
