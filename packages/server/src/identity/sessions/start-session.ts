import { randomBytes, randomUUID } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import type { Client } from '../../platform/http/index.ts'
import { lockUser } from '../accounts/store.ts'
import { insertSession, removeSessionsBeyond } from './store.ts'

/** Days that a session lives; use does not lengthen them. */
export const sessionDays = 30
const mostSessions = 200

export interface SessionStart {
  readonly userId: string
  readonly kind: 'web' | 'cli'
  /** Its token goes into a cookie, see `asksForCookie`. */
  readonly isCookie: boolean
  readonly client: Client
  /** What it was started with, when that was a passkey or a linked account: it ends with that. */
  readonly passkeyId?: string | null
  readonly identityProvider?: string | null
  /** The personal key that made it, in whatever number of steps: it is as narrow, and ends with it. */
  readonly keyId?: string | null
  /** When it has to end at the latest. */
  readonly notAfter?: Date | null
}

export interface StartedSession {
  readonly id: string
  /** Shown now and never again; only its hash is kept. */
  readonly token: string
  readonly expiresAt: Date
  readonly isCookie: boolean
}

/**
 * Starts a session of a user. To be called within the transaction of the sign-in, so that none is left over when that fails. A user has at most 200: the
 * oldest ends.
 */
export async function startSession(database: Database, start: SessionStart): Promise<StartedSession> {
  const token = randomBytes(32).toString('base64url')
  // One after another, so that of many at the same time none counts too few.
  await lockUser(database, start.userId)
  const id = randomUUID()
  const expiresAt = await insertSession(database, {
    id,
    userId: start.userId,
    tokenHash: hashToken(token),
    kind: start.kind,
    isCookie: start.isCookie,
    days: sessionDays,
    notAfter: start.notAfter ?? null,
    address: start.client.address,
    userAgent: start.client.userAgent,
    passkeyId: start.passkeyId ?? null,
    identityProvider: start.identityProvider ?? null,
    keyId: start.keyId ?? null,
  })
  await removeSessionsBeyond(database, start.userId, mostSessions)
  return { id, token, expiresAt, isCookie: start.isCookie }
}
