/**
 * Forms of the engine's values on the wire. Expiries travel as durations, because the clocks of two
 * machines differ.
 */
import type {
  ForkEnd,
  IdTokensAnswer,
  LeasedFork,
  LeasedJob,
  LeaseRef,
  LeaseStatus,
  Phase,
  RenderResult,
  SecretsAnswer,
  SecretValue,
  ShellWork,
  SourceOffer,
} from '@harmont/engine'
import type { Chunk } from '@harmont/logs'

/** Milliseconds from the response on. */
interface Lasting {
  readonly lastsMs: number
}

export interface WireJob extends Omit<LeasedJob, 'expiresAt' | 'deadlineAt'>, Lasting {
  /** Milliseconds until the step's deadline; null before it has started. */
  readonly leftMs: number | null
}

export interface WireStatus extends LeaseRef, Lasting {
  readonly stop: LeaseStatus['stop']
}

export interface WireFork {
  readonly lease: Omit<LeasedFork['lease'], 'expiresAt'> & Lasting
  readonly job: WireJob
}

/**
 * Seq, kind, Unix nanoseconds as text, and size in bytes of each chunk. The contents of the chunks
 * are concatenated.
 */
export type WireChunks = readonly (readonly [number, number, string | null, number])[]

export type WireForkEnd =
  | (Omit<Extract<ForkEnd, { readonly kind: 'ran' }>, 'results' | 'log'> & {
      readonly results: readonly (readonly [string, 'passed' | 'failed' | null])[]
      readonly chunks: WireChunks
      /** The contents of the chunks, in Base64. */
      readonly log: string
    })
  | Exclude<ForkEnd, { readonly kind: 'ran' }>

export type WireSecrets =
  | {
      readonly kind: 'values'
      readonly values: readonly (readonly [string, SecretValue])[]
      readonly refused?: readonly (readonly [string, string])[]
    }
  | Exclude<SecretsAnswer, { readonly kind: 'values' }>

export type WireIdTokens =
  | { readonly kind: 'tokens'; readonly tokens: readonly (readonly [string, string])[] }
  | Exclude<IdTokensAnswer, { readonly kind: 'tokens' }>

export type WireShellWork = Omit<ShellWork, 'secrets' | 'findLogin'>

export type WireRender =
  | { readonly kind: 'ir'; readonly ir: string }
  | { readonly kind: 'render_failed'; readonly message: string }

/** Name, begin and end, in the server's time. */
export type WirePhase = readonly [Phase['name'], number, number]

/** The location of the source. The bytes of an archive are fetched by a separate call. */
export type WireSource =
  | Extract<SourceOffer, { readonly kind: 'git' }>
  | { readonly kind: 'archive'; readonly sha256: string }

/** Converts durations of a response to times of the runner's own clock. */
export interface Durations {
  /** Returns the expiry of a lease: a little early, never late. */
  expiry(lastsMs: number): Date
  instant(leftMs: number): Date
}

/** Returns only the members that identify a lease. */
export function leaseToWire({ jobId, buildId, fence, leaseId = null }: LeaseRef): LeaseRef {
  return { jobId, buildId, fence, leaseId }
}

export function jobToWire({ expiresAt, deadlineAt, ...job }: LeasedJob, now: number): WireJob {
  return { ...job, lastsMs: expiresAt.getTime() - now, leftMs: deadlineAt && deadlineAt.getTime() - now }
}

export function jobFromWire({ lastsMs, leftMs, ...job }: WireJob, { expiry, instant }: Durations): LeasedJob {
  return { ...job, expiresAt: expiry(lastsMs), deadlineAt: leftMs === null ? null : instant(leftMs) }
}

export function statusToWire({ expiresAt, stop, ...lease }: LeaseStatus, now: number): WireStatus {
  return { ...leaseToWire(lease), lastsMs: expiresAt.getTime() - now, stop }
}

export function statusFromWire({ lastsMs, ...status }: WireStatus, { expiry }: Durations): LeaseStatus {
  return { ...status, expiresAt: expiry(lastsMs) }
}

export function forkToWire({ lease, work }: LeasedFork, now: number): WireFork {
  const { jobId, buildId, fork, leftMs, expiresAt } = lease
  return { lease: { jobId, buildId, fork, leftMs, lastsMs: expiresAt - now }, job: jobToWire(work.job, now) }
}

/** `at` converts an instant between the two clocks. */
export function phasesToWire(
  phases: readonly Phase[] | undefined,
  at: (instant: number) => number,
): { readonly phases?: readonly WirePhase[] } {
  if (phases === undefined) return {}
  return { phases: phases.map(({ name, from, to }) => [name, at(from.getTime()), at(to.getTime())]) }
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

export function idTokensToWire(answer: IdTokensAnswer): WireIdTokens {
  return answer.kind === 'tokens' ? { ...answer, tokens: [...answer.tokens] } : answer
}

export function idTokensFromWire(answer: WireIdTokens): IdTokensAnswer {
  return answer.kind === 'tokens' ? { ...answer, tokens: new Map(answer.tokens) } : answer
}

export function shellWorkToWire({ secrets: _secrets, findLogin: _findLogin, ...work }: ShellWork): WireShellWork {
  return work
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
  const { startedAt, endedAt, results, log } = end
  const chunks = chunksToWire(log, at(startedAt) - startedAt)
  const bytes = Buffer.concat(log.map(({ content }) => content))
  const times = { startedAt: at(startedAt), endedAt: at(endedAt) }
  return { ...end, ...times, results: [...results], chunks, log: bytes.toString('base64') }
}

/** `aheadMs` is the time by which the server's clock is ahead of the runner's. */
export function chunksToWire(chunks: readonly Chunk[], aheadMs: number): WireChunks {
  const ahead = BigInt(Math.round(aheadMs)) * 1_000_000n
  return chunks.map(({ seq, kind, ts, content }) => [
    seq,
    kind,
    ts === null ? null : String(ts + ahead < 0n ? 0n : ts + ahead),
    content.length,
  ])
}
