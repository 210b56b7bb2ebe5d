import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { ExportResultCode, millisToHrTime } from '@opentelemetry/core'
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { EndedSpan, SpanCounts, Tracing } from './tracing.ts'

export type Counts = { -readonly [Name in keyof SpanCounts]: SpanCounts[Name] }

/** Returns a function that sends spans immediately and counts the results. */
export function spanSender(
  exporter: OTLPTraceExporter,
  resource: Resource,
  counts: Counts,
  log: Logger,
): Tracing['send'] {
  return async (spans) => {
    const error = await exported(
      exporter,
      spans.map((span) => readable(span, resource)),
    )
    if (error === null) {
      counts.sent += spans.length
      return 'taken'
    }
    counts.failures += 1
    if (!isRefusal(error)) {
      log.debug({ err: error }, 'the collector of traces is unavailable')
      return 'later'
    }
    counts.dropped += spans.length
    log.warn({ err: error }, 'the collector of traces refuses spans; they are dropped')
    return 'taken'
  }
}

/** Resolves with the error of a failed export; null for none. */
function exported(exporter: OTLPTraceExporter, spans: ReadableSpan[]): Promise<Error | null> {
  return new Promise((resolve) =>
    exporter.export(spans, ({ code, error }) =>
      resolve(code === ExportResultCode.SUCCESS ? null : (error ?? new Error('the export failed'))),
    ),
  )
}

/**
 * Returns whether the failure is permanent. The library sets `code` only for statuses that the
 * protocol does not retry.
 */
function isRefusal(error: Error): boolean {
  return 'code' in error && typeof error.code === 'number'
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
