import type { Query } from '@tanstack/react-query'
import { problemOf } from '../api/problem.ts'
import { isPassing } from '../api/query-client.ts'

/** Why what is on the screen may be old. */
export interface Trouble {
  readonly cause: 'offline' | 'silent' | 'fault' | 'busy'
  /** Of the answer; 0 where none came. */
  readonly status: number
  /** When the oldest of what is shown was read, Unix milliseconds. */
  readonly since: number
  /** When the server wants to be asked again, in milliseconds; 0: it did not say. */
  readonly retryAfterMs: number
}

/** What a query says about itself, as far as it matters here. */
export type QueryFacts = Pick<
  Query['state'],
  'data' | 'dataUpdatedAt' | 'error' | 'fetchFailureCount' | 'fetchFailureReason'
>

/** Whether it shows something old because the server cannot give anything newer now. One that never had data shows its own failure. */
export function isTroubled({ data, error, fetchFailureCount, fetchFailureReason }: QueryFacts): boolean {
  if (data === undefined) return false
  return isPassing(error) || (fetchFailureCount > 1 && isPassing(fetchFailureReason))
}

/** The worst that queries in use are in; null: all is well. */
export function troubleOf(queries: readonly QueryFacts[], isOnline: boolean): Trouble | null {
  const troubled = queries.filter(isTroubled)
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

/** How long to wait before the attempt with this number, from 0 on: longer each time, and as long as the server wants. */
export function retryDelayMs(attempt: number, retryAfterMs: number): number {
  return Math.max(Math.min(2000 * 2 ** attempt, 30_000), retryAfterMs)
}

/** What happened, in a sentence (web A3). */
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

/** No answer is worse than a fault, and that worse than being told to wait. */
function rank(status: number): number {
  return status === 0 ? 0 : status === 429 ? 2 : 1
}
