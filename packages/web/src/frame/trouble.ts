import type { Query } from '@tanstack/react-query'
import { problemOf } from '../api/problem.ts'
import { isPassing } from '../api/query-client.ts'

/** Why shown data may be old. */
export interface Trouble {
  readonly cause: 'offline' | 'silent' | 'fault' | 'busy'
  /** The status of the response; 0 without one. */
  readonly status: number
  /** When the oldest shown data was read, in Unix milliseconds. */
  readonly since: number
  /** The server's requested delay, in milliseconds; 0 if it requested none. */
  readonly retryAfterMs: number
}

/** The part of a query's state that decides about trouble. */
export type QueryFacts = Pick<
  Query['state'],
  'data' | 'dataUpdatedAt' | 'error' | 'fetchFailureCount' | 'fetchFailureReason'
>

/** Queries that show old data, by hash, each in its state after its last failed attempt. */
export type Troubled = ReadonlyMap<string, QueryFacts>

/**
 * Returns those of the active queries that show old data because the server cannot provide newer
 * data. A query of `before` stays until it has an answer, because a new attempt resets earlier
 * failures.
 */
export function troubledOf(
  before: Troubled,
  active: readonly { readonly queryHash: string; readonly state: QueryFacts }[],
): Troubled {
  const troubled = active.flatMap(({ queryHash, state }): [string, QueryFacts][] => {
    const last = before.get(queryHash)
    if (isTroubled(state)) return [[queryHash, state]]
    return last?.dataUpdatedAt === state.dataUpdatedAt && state.error === null ? [[queryHash, last]] : []
  })
  return new Map(troubled)
}

function isTroubled({ data, error, fetchFailureCount, fetchFailureReason }: QueryFacts): boolean {
  if (data === undefined) return false
  return isPassing(error) || (fetchFailureCount > 1 && isPassing(fetchFailureReason))
}

/** Returns the worst trouble of the queries; null if there is none. */
export function troubleOf(queries: Troubled, isOnline: boolean): Trouble | null {
  const troubled = [...queries.values()]
  if (troubled.length === 0) return null
  const problems = troubled.map(({ error, fetchFailureReason }) => problemOf(error ?? fetchFailureReason))
  const [worst] = problems.toSorted((one, other) => rank(one.status) - rank(other.status))
  const status = worst?.status ?? 0
  const cause = status === 0 ? (isOnline ? 'silent' : 'offline') : status === 429 ? 'busy' : 'fault'
  return {
    cause,
    status,
    since: Math.min(...troubled.map(({ dataUpdatedAt }) => dataUpdatedAt)),
    retryAfterMs: Math.max(0, ...problems.map(({ retryAfterMs }) => retryAfterMs ?? 0)),
  }
}

/**
 * Returns the delay before an attempt, counted from 0, and at least the server's requested delay.
 */
export function retryDelayMs(attempt: number, retryAfterMs: number): number {
  return Math.max(Math.min(2000 * 2 ** attempt, 30_000), retryAfterMs)
}

/** Describes the trouble in a sentence (web A3). */
export function troubleSentence({ cause, status }: Trouble): string {
  switch (cause) {
    case 'offline':
      return 'This device is offline.'
    case 'silent':
      return 'The server is not responding.'
    case 'busy':
      return 'Too many requests: the server asks to wait.'
    case 'fault':
      return `The server reports an error (${status}).`
  }
}

/** Ranks trouble: no response, then a server error, then a request to wait. */
function rank(status: number): number {
  return status === 0 ? 0 : status === 429 ? 2 : 1
}
