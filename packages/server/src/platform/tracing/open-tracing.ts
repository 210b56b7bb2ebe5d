/**
 * Sends spans by OTLP over HTTP. Loaded only if a collector is configured, because its libraries
 * take a tenth of a second.
 */
import { randomBytes } from 'node:crypto'
import type { TraceOrigin } from '@harmont/engine'
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { parseTraceParent } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { Settings } from '../settings/read-settings.ts'
import { type Counts, spanSender } from './export-spans.ts'
import type { EndedSpan, Tracing } from './tracing.ts'

type TraceSettings = Pick<
  Settings,
  | 'otlpEndpoint'
  | 'otlpTracesEndpoint'
  | 'otlpHeaders'
  | 'otelServiceName'
  | 'otelAttributes'
  | 'otelSampler'
  | 'otelSamplerArg'
>

/** The most spans of requests that wait for the next export. */
const mostWaiting = 4_096
const exportEveryMs = 1_000
/** The time limit of an export, including retries. */
const exportMs = 10_000
const closeMs = 2_000

/** Opens the connection to the configured collector. */
export function openTracing(settings: TraceSettings, log: Logger): Tracing {
  const exporter = new OTLPTraceExporter({
    url: tracesUrl(settings),
    headers: settings.otlpHeaders,
    timeoutMillis: exportMs,
  })
  const sampler = readSampler(settings)
  const counts = { sent: 0, dropped: 0, failures: 0 }
  const send = spanSender(exporter, resourceOf(settings), counts, log)
  const queue = new SpanQueue(send, counts)
  return {
    counts,
    begin(traceparent) {
      const parent = traceparent === null ? null : parseTraceParent(traceparent)
      const traceId = parent?.traceId ?? randomBytes(16).toString('hex')
      const sampled = isSampled(sampler, traceId, parent)
      const span = { traceId, parentId: parent?.spanId ?? null, sampled }
      return { span, spanId: randomBytes(8).toString('hex') }
    },
    origin(): TraceOrigin {
      const traceId = randomBytes(16).toString('hex')
      return { traceId, parentId: null, sampled: isSampled(sampler, traceId, null) }
    },
    record: (span) => queue.add(span),
    send,
    drop(count) {
      counts.dropped += count
    },
    async close() {
      const over = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref())
      await Promise.race([queue.close(), over])
      await Promise.race([exporter.shutdown(), over])
    },
  }
}

/** Spans that wait in memory for the next export. Only one export runs at a time. */
class SpanQueue {
  readonly #send: Tracing['send']
  readonly #counts: Counts
  readonly #waiting: EndedSpan[] = []
  #exporting: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  constructor(send: Tracing['send'], counts: Counts) {
    this.#send = send
    this.#counts = counts
  }

  add(span: EndedSpan): void {
    if (this.#waiting.length >= mostWaiting) this.#counts.dropped += 1
    else this.#waiting.push(span)
    this.#timer ??= setTimeout(() => void this.#next(), exportEveryMs).unref()
  }

  close(): Promise<void> {
    clearTimeout(this.#timer)
    return this.#next()
  }

  #next(): Promise<void> {
    this.#exporting = this.#exporting.then(() => this.#flush())
    return this.#exporting
  }

  async #flush(): Promise<void> {
    this.#timer = undefined
    const spans = this.#waiting.splice(0)
    if (spans.length > 0 && (await this.#send(spans)) === 'later') this.#counts.dropped += spans.length
  }
}

/**
 * Returns the URL of traces. A general endpoint gets the path of traces appended; a traces endpoint
 * is used unchanged.
 */
function tracesUrl({ otlpEndpoint, otlpTracesEndpoint }: TraceSettings): string {
  return otlpTracesEndpoint ?? `${(otlpEndpoint ?? '').replace(/\/+$/, '')}/v1/traces`
}

function resourceOf({ otelServiceName, otelAttributes }: TraceSettings): Resource {
  return resourceFromAttributes({
    'service.name': 'harmont',
    ...otelAttributes,
    ...(otelServiceName !== null && { 'service.name': otelServiceName }),
  })
}

type ParentSpan = ReturnType<typeof parseTraceParent>

function isSampled(sampler: Sampler, traceId: string, parent: ParentSpan): boolean {
  const context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true })
  return (
    sampler.shouldSample(context, traceId, '', SpanKind.SERVER, {}, []).decision === SamplingDecision.RECORD_AND_SAMPLED
  )
}

/**
 * Returns the sampler of OTEL_TRACES_SAMPLER. Since version 3, the SDK does not read this variable.
 */
function readSampler({ otelSampler, otelSamplerArg }: TraceSettings): Sampler {
  const [word = ''] = otelSampler.split('parentbased_').slice(-1)
  const root = rootSampler(word, otelSamplerArg)
  return otelSampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
}

function rootSampler(word: string, ratio: number): Sampler {
  if (word === 'always_on') return new AlwaysOnSampler()
  return word === 'always_off' ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio)
}
