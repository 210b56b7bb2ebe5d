import { danglingReference } from './database/transaction.ts'
import { type ApiError, apiError } from './http/index.ts'

/** Codes of the system and of PostgreSQL that mean: what we need is not there just now. */
const absent = new Set([
  // The database's socket or port does not answer, or its connection broke.
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  // It is stopping, starting or recovering, or has too many connections.
  ...['57P01', '57P02', '57P03', '53200', '53300', '08000', '08003', '08006', '08001', '08004'],
  // Two that waited for each other: one was undone, and can be asked again.
  '40P01',
])

/** The disk of the database, or that of the blobs, is full. */
const full = new Set(['53100', 'ENOSPC', 'EDQUOT'])

/** Foreign keys to who acts: when they fail, the account or its credential went while the request was answered. */
const toTheCaller = /_(user_id|actor_id|author_id|invited_by|session_id|key_id)_fkey$/

/** Words of `pg` for errors of its own, which carry no code. */
const wordsOfPg =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/

/** The 503 for a database or blob store that does not work just now, the 401 for a caller who is gone; null for a fault of ours. */
export function translateFault(thrown: unknown): ApiError | null {
  if (!(thrown instanceof Error)) return null
  if (toTheCaller.test(danglingReference(thrown) ?? ''))
    return apiError('unauthorized', 'The account or credential of this request no longer exists.', { cause: thrown })
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  if (full.has(code)) return diskFull(null, thrown)
  // The socket of a database that is being started again is missing for a moment.
  const isSocketMissing = code === 'ENOENT' && 'syscall' in thrown && thrown.syscall === 'connect'
  if (!absent.has(code) && !isSocketMissing && !wordsOfPg.test(thrown.message)) return null
  return apiError('service_unavailable', 'The database or the archive store is unavailable; try again.', {
    cause: thrown,
    headers: { 'retry-after': '1' },
  })
}

/** The 503 for what needs room on a disk that has none. `room` says how much there is, where that is known. */
export function diskFull(room: string | null, cause?: Error): ApiError {
  const what = room === null ? '' : ` (${room})`
  return apiError(
    'service_unavailable',
    `The disk of the server is full${what}: nothing from this request was stored; try again later.`,
    {
      cause,
      headers: { 'retry-after': '10' },
    },
  )
}
