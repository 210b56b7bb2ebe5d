/**
 * Places of builds in a trace (W3C Trace Context). Ids of spans are derived from their meaning, so
 * they need not be stored: every process, even after a kill, gives a span the same id.
 */
import { createHash } from 'node:crypto'

/** The origin of a build in a trace, provided by the owner of the engine. */
export interface TraceOrigin {
  /** 32 hex digits. */
  readonly traceId: string
  /** The span that requested the build, 16 hex digits; null if the build begins the trace. */
  readonly parentId: string | null
  /** Whether the trace's spans are kept. */
  readonly sampled: boolean
}

/**
 * Phases of a job's work around its command. `fetch`: the files that its sandbox starts from;
 * `source`: the build's source, concurrent with `sandbox`; `artifacts`: reports and artifacts.
 */
export type PhaseName = 'fetch' | 'source' | 'sandbox' | 'artifacts' | 'snapshot'

/** Start and end of a phase of a job's work. */
export interface Phase {
  readonly name: PhaseName
  readonly from: Date
  readonly to: Date
}

/** Returns the span id derived from these words. */
export function spanId(...words: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16)
}

/** Returns the span id of a job's command under one lease. */
export function commandSpanId(jobId: string, fence: number): string {
  return spanId('phase', jobId, fence, 'command')
}

/** Returns the header, or variable, that continues a trace below a span. */
export function traceparent({ traceId, sampled }: Pick<TraceOrigin, 'traceId' | 'sampled'>, span: string): string {
  return `00-${traceId}-${span}-${sampled ? '01' : '00'}`
}
