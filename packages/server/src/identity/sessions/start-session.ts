import { randomUUID } from 'node:crypto'
import type { Actor } from '../../platform/audit/record-audit.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { hashToken, newToken } from '../../platform/encryption/token.ts'
import { lockUser } from '../accounts/store.ts'
import { insertSession, removeSessionsBeyond } from './store.ts'

/** The lifetime of a session; use does not extend it. */
const sessionDays = 30
const mostSessions = 200

export interface SessionStart {
  readonly userId: string
  readonly kind: 'web' | 'cli'
  /** Whether the token is stored in a cookie, see `asksForCookie`. */
  readonly isCookie: boolean
  readonly client: Pick<Actor, 'address' | 'userAgent'>
  /** The passkey or linked account that started the session and with which it ends. */
  readonly passkeyId?: string | null
  readonly identityProvider?: string | null
  /** The personal key that created it: the session has its limits, and ends with it. */
  readonly keyId?: string | null
  /** The latest end. */
  readonly notAfter?: Date | null
}

export interface StartedSession {
  readonly id: string
  /** Shown once; only its hash is stored. */
  readonly token: string
  readonly expiresAt: Date
  readonly isCookie: boolean
}

/**
 * Starts a session of a user, within the transaction of the sign-in, so that a failure leaves none
 * behind. A user has at most 200 sessions: the oldest ends.
 */
export async function startSession(database: Database, start: SessionStart): Promise<StartedSession> {
  const token = newToken()
  // Serializes concurrent starts, so that each counts the others' sessions.
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
