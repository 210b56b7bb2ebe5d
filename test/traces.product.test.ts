/** Tests traces of builds that an OpenTelemetry collector receives from a real server. */
import { randomUUID } from 'node:crypto'
import { type CollectedSpan, type Collector, startCollector } from '@harmont/outside/collector'
import { touchInSandbox } from '@harmont/test-kit/touch-in-sandbox'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'

let collector: Collector
let product: Product

beforeAll(async () => {
  collector = await startCollector()
  product = await startProduct({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20key',
    OTEL_SERVICE_NAME: 'ci-of-tests',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    HARMONT_DRAIN_SECONDS: '0',
  })
  await product.api.ensurePipeline({ name: 'traced', repository: 'local/traced', default_branch: 'main' })
})
afterAll(async () => {
  await product?.remove()
  await collector?.stop()
})

/** Creates a build with a trace of the caller. Returns the build's number and the trace. */
async function submit(...steps: readonly Record<string, unknown>[]) {
  const traceId = randomUUID().replaceAll('-', '')
  const callerId = randomUUID().replaceAll('-', '').slice(0, 16)
  const body = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
  const headers = { traceparent: `00-${traceId}-${callerId}-01` }
  const { number } = await product.api.client.createBuild(
    { org: 'default', pipeline: 'traced', body },
    { attempts: 1, headers },
  )
  return { number, traceId, callerId }
}

/** Returns the spans of a trace by name, once the span of its build has arrived. */
async function traceOf(traceId: string): Promise<ReadonlyMap<string, CollectedSpan>> {
  const own = () => collector.spans.filter((span) => span.traceId === traceId)
  await until(own, (spans) =>
    ['build traced', 'POST '].every((name) => spans.some((span) => span.name.startsWith(name))),
  )
  const jobs = new Map(own().map((span) => [span.spanId, span.attributes['cicd.pipeline.task.name']]))
  return new Map(
    own().map((span) => {
      const job = jobs.get(span.parentId)
      return [job === undefined ? span.name : `${job} ${span.name}`, span]
    }),
  )
}

test('G98 a build is one tree of spans from its caller to its last phase, and its commands continue it', async () => {
  const hidden = 'a-value-that-nobody-may-see'
  const { number, traceId, callerId } = await submit(
    { key: 'root', cmd: `echo $TRACEPARENT; : ${hidden}`, env: { HIDDEN: hidden } },
    { key: 'child', builds_in: 'root', cmd: 'exit 3' },
  )
  const { jobs } = await buildEnd(product.api, 'traced', number)
  const spans = await traceOf(traceId)
  const idOf = (name: string) => spans.get(name)?.spanId
  const parents = Object.fromEntries([...spans].map(([name, { parentId }]) => [name, parentId]))
  const request = [...spans.keys()].find((name) => name.startsWith('POST ')) ?? ''
  expect(parents).toMatchObject({
    [request]: callerId,
    'build traced': idOf(request),
    'job root': idOf('build traced'),
    'job child': idOf('build traced'),
  })
  const phases = (key: string) => [...spans.keys()].filter((name) => name.startsWith(`${key} `)).sort()
  const all = ['artifacts', 'command', 'fetch', 'lease', 'queue', 'sandbox', 'snapshot']
  expect(phases('root')).toEqual(all.map((name) => `root ${name}`))
  expect(phases('child')).toEqual(all.map((name) => `child ${name}`))
  const log = await product.api.readLog(jobs.get('root')?.id ?? '')
  expect(log).toBe(`00-${traceId}-${idOf('root command')}-01\n`)
  expect(spans.get('job child')).toMatchObject({
    failed: true,
    attributes: {
      'cicd.pipeline.name': 'traced',
      'cicd.pipeline.task.run.result': 'failure',
      'harmont.build.number': String(number),
    },
    resource: { 'service.name': 'ci-of-tests', 'deployment.environment.name': 'test' },
  })
  const order = ['queue', 'lease', 'fetch', 'sandbox', 'command', 'artifacts', 'snapshot'].map(
    (name) => spans.get(`root ${name}`)?.from ?? 0,
  )
  expect(order).toEqual(order.toSorted((one, other) => one - other))
  expect(JSON.stringify(collector.spans)).not.toContain(hidden)
  expect(collector.headers()['api-key']).toBe('a key')
  expect(collector.faults).toEqual([])
})

test('G98 the trace of a step changes no cache key', async () => {
  const step = { key: 'cached', cmd: 'echo made', cache: { policy: 'forever', key: 'c'.repeat(64) } }
  const first = await submit(step)
  await buildEnd(product.api, 'traced', first.number)
  const second = await submit(step)
  await buildEnd(product.api, 'traced', second.number)
  const spans = await traceOf(second.traceId)
  expect(spans.get('job cached')?.attributes).toMatchObject({ 'harmont.cached': 'true' })
})

test('G98 G02 a kill of the server loses no span of a running command, and an unavailable collector only delays spans', async () => {
  const name = `harmont-waits-${randomUUID()}`
  const { number, traceId } = await submit({
    key: 'long',
    cmd: `exec sh -c 'until [ -e /go ]; do sleep 0.05; done' ${name}`,
  })
  await until(
    () => product.api.listJobs('traced', number),
    ([first]) => first?.state === 'running',
  )
  // The request's own span is only in memory for a second.
  await until(() => collector.spans.some((span) => span.traceId === traceId))
  collector.state = 'away'
  product.server().kill('SIGKILL')
  await product.restart()
  touchInSandbox(name, '/go')
  expect((await buildEnd(product.api, 'traced', number)).build.state).toBe('passed')
  const before = collector.refused
  await until(() => collector.refused > before)
  expect(collector.spans.some((span) => span.traceId === traceId && span.name === 'job long')).toBe(false)
  collector.state = 'takes'
  const spans = await traceOf(traceId)
  expect([...spans.keys()].filter((key) => key.startsWith('long ')).sort()).toEqual(
    ['artifacts', 'command', 'fetch', 'lease', 'queue', 'sandbox', 'snapshot'].map((phase) => `long ${phase}`),
  )
  const { from = 0, to = 0 } = spans.get('long command') ?? {}
  expect(to - from).toBeGreaterThan(0)
})
