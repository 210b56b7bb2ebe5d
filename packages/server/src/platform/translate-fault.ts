import { BlobStoreUnavailable } from './blobs/blob-store.ts'
import { danglingReference } from './database/transaction.ts'
import { type ApiError, apiError } from './http/index.ts'

/** Error codes of the system and of PostgreSQL for a temporarily unavailable service. */
const absent = new Set([
  // The database's socket or port does not respond, or its connection broke.
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  // The database is stopping, starting or recovering, or has too many connections.
  ...['57P01', '57P02', '57P03', '53200', '53300', '08000', '08003', '08006', '08001', '08004'],
  // A transaction was rolled back after a deadlock or a pause, and can be repeated.
  ...['40P01', '25P03'],
])

/** The disk of the database or of the blobs is full. */
const full = new Set(['53100', 'ENOSPC', 'EDQUOT'])

/**
 * Foreign keys to the caller. They fail when the account or its credential was removed during the
 * request.
 */
const toTheCaller = /_(user_id|actor_id|author_id|invited_by|session_id|key_id)_fkey$/

/** Messages of `pg` for its own errors, which have no code. */
const wordsOfPg =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|Query read timeout)/

/**
 * Returns the 503 for an unavailable database or blob store, or the 401 for a removed caller; null
 * for a fault of the server.
 */
export function translateFault(thrown: unknown): ApiError | null {
  if (!(thrown instanceof Error)) return null
  if (toTheCaller.test(danglingReference(thrown) ?? ''))
    return apiError('unauthorized', 'The account or credential of this request no longer exists.', { cause: thrown })
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  if (full.has(code)) return diskFull(null, thrown)
  if (thrown instanceof BlobStoreUnavailable)
    return apiError('service_unavailable', 'The store of archives, logs and artifacts is unavailable; try again.', {
      cause: thrown,
      headers: { 'retry-after': '5' },
    })
  // The socket of a restarting database is missing for a moment.
  const isSocketMissing = code === 'ENOENT' && 'syscall' in thrown && thrown.syscall === 'connect'
  if (!absent.has(code) && !isSocketMissing && !wordsOfPg.test(thrown.message)) return null
  return apiError('service_unavailable', 'The database or the archive store is unavailable; try again.', {
    cause: thrown,
    headers: { 'retry-after': '1' },
  })
}

/** Returns the 503 for a full disk. `room` is the free space; null: unknown. */
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
