/**
 * Forms of the engine's values on the wire. Expiries travel as durations, because the clocks of two
 * machines differ.
 */
import type {
  ForkEnd,
  LeasedFork,
  LeasedJob,
  LeaseRef,
  LeaseStatus,
  RenderResult,
  SecretsAnswer,
  SecretValue,
  SourceOffer,
} from '@harmont/engine'

/** Milliseconds from the answer on. */
interface Lasting {
  readonly lastsMs: number
}

export interface WireJob extends Omit<LeasedJob, 'expiresAt' | 'deadlineAt'>, Lasting {
  /** Until the step's time is over; null before it has started. */
  readonly leftMs: number | null
}

export interface WireStatus extends LeaseRef, Lasting {
  readonly stop: LeaseStatus['stop']
}

export interface WireFork {
  readonly lease: Omit<LeasedFork['lease'], 'expiresAt'> & Lasting
  readonly job: WireJob
}

export type WireForkEnd =
  | (Omit<Extract<ForkEnd, { readonly kind: 'ran' }>, 'results'> & {
      readonly results: readonly (readonly [string, 'passed' | 'failed' | null])[]
    })
  | Exclude<ForkEnd, { readonly kind: 'ran' }>

export type WireSecrets =
  | {
      readonly kind: 'values'
      readonly values: readonly (readonly [string, SecretValue])[]
      readonly refused?: readonly (readonly [string, string])[]
    }
  | Exclude<SecretsAnswer, { readonly kind: 'values' }>

export type WireRender =
  | { readonly kind: 'ir'; readonly ir: string }
  | { readonly kind: 'render_failed'; readonly message: string }

/** Where the source is. The bytes of an archive follow by a call of their own. */
export type WireSource =
  | Extract<SourceOffer, { readonly kind: 'git' }>
  | { readonly kind: 'archive'; readonly sha256: string }

/** Turns durations of an answer into times of the runner's own clock. */
export interface Durations {
  /** Returns when a lease is over: a little early, never late. */
  expiry(lastsMs: number): Date
  instant(leftMs: number): Date
}

export function jobToWire({ expiresAt, deadlineAt, ...job }: LeasedJob, now: number): WireJob {
  return { ...job, lastsMs: expiresAt.getTime() - now, leftMs: deadlineAt && deadlineAt.getTime() - now }
}

export function jobFromWire({ lastsMs, leftMs, ...job }: WireJob, { expiry, instant }: Durations): LeasedJob {
  return { ...job, expiresAt: expiry(lastsMs), deadlineAt: leftMs === null ? null : instant(leftMs) }
}

export function statusToWire({ jobId, buildId, fence, expiresAt, stop }: LeaseStatus, now: number): WireStatus {
  return { jobId, buildId, fence, lastsMs: expiresAt.getTime() - now, stop }
}

export function statusFromWire({ lastsMs, ...status }: WireStatus, { expiry }: Durations): LeaseStatus {
  return { ...status, expiresAt: expiry(lastsMs) }
}

export function forkToWire({ lease, work }: LeasedFork, now: number): WireFork {
  const { jobId, buildId, fork, leftMs, expiresAt } = lease
  return { lease: { jobId, buildId, fork, leftMs, lastsMs: expiresAt - now }, job: jobToWire(work.job, now) }
}

export function secretsToWire(answer: SecretsAnswer): WireSecrets {
  if (answer.kind !== 'values') return answer
  const { kind, values, refused } = answer
  return { kind, values: [...values], ...(refused && { refused: [...refused] }) }
}

export function secretsFromWire(answer: WireSecrets): SecretsAnswer {
  if (answer.kind !== 'values') return answer
  const { kind, values, refused } = answer
  return { kind, values: new Map(values), ...(refused && { refused: new Map(refused) }) }
}

export function renderToWire(result: RenderResult): WireRender {
  return result.ok ? { kind: 'ir', ir: result.ir } : { kind: result.code, message: result.message }
}

export function renderFromWire(result: WireRender): RenderResult {
  return result.kind === 'ir' ? { ok: true, ir: result.ir } : { ok: false, code: result.kind, message: result.message }
}

/** `at` turns an instant of one clock into one of the other. */
export function forkEndToWire(end: ForkEnd, at: (instant: number) => number): WireForkEnd {
  if (end.kind !== 'ran') return end
  const { kind, startedAt, endedAt, results } = end
  return { kind, startedAt: at(startedAt), endedAt: at(endedAt), results: [...results] }
}

export function forkEndFromWire(end: WireForkEnd): ForkEnd {
  return end.kind === 'ran' ? { ...end, results: new Map(end.results) } : end
}
