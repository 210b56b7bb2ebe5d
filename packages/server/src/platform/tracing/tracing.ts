import type { TraceOrigin } from '@harmont/engine'

/** A span that has ended. Contains only names and ids: no values, commands or secrets. */
export interface EndedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Null for the root of its trace. */
  readonly parentId: string | null
  readonly name: string
  readonly isRequest: boolean
  readonly from: Date
  readonly to: Date
  readonly attributes: Readonly<Record<string, string | number>>
  /** The error code; null if it did not fail. */
  readonly error: string | null
}

/** Counts of spans since the start of this process. */
export interface SpanCounts {
  readonly sent: number
  /** Dropped because the collector refused them, was too slow, or was unavailable for too long. */
  readonly dropped: number
  /** Exports that failed. */
  readonly failures: number
}

/** The connection to a collector of OpenTelemetry. */
export interface Tracing {
  /** Begins a child of the span in a caller's `traceparent`, or a new trace if it is null. */
  begin(traceparent: string | null): { readonly span: TraceOrigin; readonly spanId: string }
  /** Returns the origin of a new trace. */
  origin(): TraceOrigin
  /**
   * Queues a span for a later export, at little cost. If too many wait, it is dropped and counted.
   */
  record(span: EndedSpan): void
  /**
   * Sends spans immediately. `taken`: the collector accepted them, or refused them permanently, as
   * for a wrong key, and they are dropped. `later`: it is unavailable.
   */
  send(spans: readonly EndedSpan[]): Promise<'taken' | 'later'>
  /** Counts spans that are abandoned. */
  drop(count: number): void
  readonly counts: SpanCounts
  /** Sends the waiting spans, within some seconds. */
  close(): Promise<void>
}
