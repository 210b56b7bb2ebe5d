/**
 * Places of builds in a trace (W3C Trace Context). Ids of spans follow from what they stand for, so
 * nobody has to keep them: every process, also after a kill, gives a span the same id.
 */
import { createHash } from 'node:crypto'

/** Names what asked for a build, as the owner of the engine traces it. */
export interface TraceOrigin {
  /** 32 hex digits. */
  readonly traceId: string
  /** The span that asked for it, 16 hex digits; null when the build begins the trace. */
  readonly parentId: string | null
  /** Whether spans of it are kept. */
  readonly sampled: boolean
}

/**
 * Parts of a job's work around its command. `fetch`: the files that its sandbox starts from; `source`:
 * the build's source, beside `sandbox`; `artifacts`: reports and artifacts.
 */
export type PhaseName = 'fetch' | 'source' | 'sandbox' | 'artifacts' | 'snapshot'

/** When a part of a job's work began and ended. */
export interface Phase {
  readonly name: PhaseName
  readonly from: Date
  readonly to: Date
}

/** Returns the id of the span that stands for these words. */
export function spanId(...words: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16)
}

/** Returns the id of the span of a job's command under one lease. */
export function commandSpanId(jobId: string, fence: number): string {
  return spanId('phase', jobId, fence, 'command')
}

/** Returns the header, or variable, that continues a trace below a span. */
export function traceparent({ traceId, sampled }: Pick<TraceOrigin, 'traceId' | 'sampled'>, span: string): string {
  return `00-${traceId}-${span}-${sampled ? '01' : '00'}`
}
