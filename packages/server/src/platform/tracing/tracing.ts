import type { TraceOrigin } from '@harmont/engine'

/** A span that has ended. Names and ids only: no values, commands or secrets. */
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
  /** Why it failed, as a code; null when it did not. */
  readonly error: string | null
}

/** Counts of spans since the start of this process. */
export interface SpanCounts {
  readonly sent: number
  /** The collector was too slow, or away for too long. */
  readonly dropped: number
  /** Exports that failed. */
  readonly failures: number
}

/** The way to a collector of OpenTelemetry. */
export interface Tracing {
  /** Begins a span below the one that a caller's `traceparent` names; a trace without one. */
  begin(traceparent: string | null): { readonly span: TraceOrigin; readonly spanId: string }
  /** Returns the place of something that begins a trace itself. */
  origin(): TraceOrigin
  /** Sends a span some time. Costs nothing: it is dropped, and counted, when too many wait. */
  record(span: EndedSpan): void
  /**
   * Sends spans now. `taken`: the collector has them, or will never take them, such as with a wrong
   * key: those are dropped. `later`: it is away.
   */
  send(spans: readonly EndedSpan[]): Promise<'taken' | 'later'>
  /** Counts spans that are abandoned. */
  drop(count: number): void
  readonly counts: SpanCounts
  /** Sends what waits, within some seconds. */
  close(): Promise<void>
}
