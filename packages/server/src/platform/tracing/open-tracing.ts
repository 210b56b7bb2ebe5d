/**
 * Sends spans by OTLP over HTTP. Loaded only where a collector is set: its libraries take a tenth of
 * a second.
 */
import { randomBytes } from 'node:crypto'
import type { TraceOrigin } from '@harmont/engine'
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { ExportResultCode, millisToHrTime, parseTraceParent } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan, Sampler } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { Settings } from '../settings/read-settings.ts'
import { readSampler } from './read-sampler.ts'
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

/** Spans of requests that wait for the next export. */
const mostWaiting = 4_096
const exportEveryMs = 1_000
/** How long an export may take, with its repetitions. */
const exportMs = 10_000
const closeMs = 2_000

/** Opens the way to the collector of the settings. */
export function openTracing(settings: TraceSettings, log: Logger): Tracing {
  const exporter = new OTLPTraceExporter({
    url: tracesUrl(settings),
    headers: settings.otlpHeaders,
    timeoutMillis: exportMs,
  })
  const resource = resourceOf(settings)
  const sampler = readSampler(settings)
  const counts = { sent: 0, dropped: 0, failures: 0 }
  const waiting: EndedSpan[] = []
  let exporting: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const send = async (spans: readonly EndedSpan[]): Promise<boolean> => {
    const result = await exported(
      exporter,
      spans.map((span) => readable(span, resource)),
    )
    if (result === null) counts.sent += spans.length
    else {
      counts.failures += 1
      log.debug({ err: result }, 'the collector of traces did not take spans')
    }
    return result === null
  }
  const flush = async (): Promise<void> => {
    timer = undefined
    const spans = waiting.splice(0)
    if (spans.length > 0 && !(await send(spans))) counts.dropped += spans.length
  }
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
    record(span) {
      if (waiting.length >= mostWaiting) counts.dropped += 1
      else waiting.push(span)
      // One export at a time: a slow collector meets one request, not one for each second.
      timer ??= setTimeout(() => {
        exporting = exporting.then(flush)
      }, exportEveryMs).unref()
    },
    send,
    drop(count) {
      counts.dropped += count
    },
    async close() {
      clearTimeout(timer)
      const over = new Promise((resolve) => setTimeout(resolve, closeMs).unref())
      await Promise.race([exporting.then(flush), over])
      await Promise.race([exporter.shutdown(), over])
    },
  }
}

/** A general address gets the path of traces; one of traces alone is whole. */
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
  return sampler.shouldSample(context, traceId, '', SpanKind.SERVER, {}, []).decision === 2
}

/** Resolves with the error of a failed export; null for none. */
function exported(exporter: OTLPTraceExporter, spans: ReadableSpan[]): Promise<Error | null> {
  return new Promise((resolve) =>
    exporter.export(spans, ({ code, error }) =>
      resolve(code === ExportResultCode.SUCCESS ? null : (error ?? new Error('the export failed'))),
    ),
  )
}

const scope = { name: 'harmont' }

function readable(span: EndedSpan, resource: Resource): ReadableSpan {
  const { traceId, spanId, parentId, error, from, to } = span
  const spanContext = (id: string) => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED })
  const attributes = error === null ? span.attributes : { ...span.attributes, 'error.type': error }
  return {
    name: span.name,
    kind: span.isRequest ? SpanKind.SERVER : SpanKind.INTERNAL,
    spanContext: () => spanContext(spanId),
    ...(parentId !== null && { parentSpanContext: spanContext(parentId) }),
    startTime: millisToHrTime(from.getTime()),
    endTime: millisToHrTime(to.getTime()),
    duration: millisToHrTime(to.getTime() - from.getTime()),
    status: { code: error === null ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: { ...attributes },
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}
