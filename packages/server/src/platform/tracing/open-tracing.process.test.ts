import { randomBytes } from 'node:crypto'
import { startCollector } from '@harmont/outside/collector'
import { until } from '@harmont/test-kit/until'
import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import { readSettings } from '../settings/read-settings.ts'
import { openTracing } from './open-tracing.ts'

const collector = await startCollector()
afterAll(() => collector.stop())
const log = pino({ level: 'silent' })
const open = (more: Readonly<Record<string, string>> = {}) =>
  openTracing(readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...more }), log)

const caller = (flags: string) => `00-${'a'.repeat(32)}-${'b'.repeat(16)}-${flags}`
const span = (name: string) => ({
  traceId: randomBytes(16).toString('hex'),
  ...{ spanId: randomBytes(8).toString('hex'), parentId: null, name, isRequest: true, error: null },
  ...{ from: new Date(1_000), to: new Date(2_000), attributes: { 'http.route': '/' } },
})

test.for([
  ['parentbased_always_on', [true, true, false]],
  ['parentbased_always_off', [false, true, false]],
  ['parentbased_traceidratio', [false, true, false]],
  ['always_on', [true, true, true]],
  ['always_off', [false, false, false]],
  ['traceidratio', [false, false, false]],
] as const)('%s keeps what it says: of nobody, of a caller that keeps, of one that does not', async ([word, kept]) => {
  const tracing = open({ OTEL_TRACES_SAMPLER: word, OTEL_TRACES_SAMPLER_ARG: '0' })
  const begun = [null, caller('01'), caller('00')].map((given) => tracing.begin(given).span)
  expect(begun.map(({ sampled }) => sampled)).toEqual(kept)
  expect(begun[1]).toMatchObject({ traceId: 'a'.repeat(32), parentId: 'b'.repeat(16) })
  expect(tracing.origin()).toMatchObject({ parentId: null, sampled: kept[0] })
  await tracing.close()
})

test.for(['', 'x', caller('01').toUpperCase(), `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`, `${caller('01')}-x`])(
  'the header `%s` is none, and begins a trace',
  async (header) => {
    const tracing = open()
    const { traceId, parentId } = tracing.begin(header).span
    expect([parentId, /^[0-9a-f]{32}$/.test(traceId), traceId.startsWith('aaa')]).toEqual([null, true, false])
    await tracing.close()
  },
)

test('while a collector hangs, spans beyond the queue are dropped and counted, and there is only one request', async () => {
  const tracing = open()
  collector.state = 'hangs'
  for (let turn = 0; turn < 5_000; turn += 1) tracing.record(span('lost'))
  expect(tracing.counts).toEqual({ sent: 0, dropped: 904, failures: 0 })
  await until(() => collector.refused === 1)
  const began = performance.now()
  await tracing.close()
  expect(performance.now() - began).toBeLessThan(10_000)
  collector.state = 'takes'
  expect(collector.refused).toBe(1)
})

test('an ending process sends its spans, and refused spans are counted', async () => {
  const tracing = open()
  tracing.record(span('GET /'))
  await tracing.close()
  expect(collector.spans.find(({ name }) => name === 'GET /')).toMatchObject({ from: 1_000, to: 2_000, failed: false })
  expect([tracing.counts.sent, collector.faults]).toEqual([1, []])
})
