import { randomBytes, randomUUID } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'
import type { AttestedPasskey } from '../webauthn/verify-attestation.ts'
import { ensureHandle, insertPasskey, type PasskeyRow } from './store.ts'

interface Addition {
  readonly userId: string
  readonly attested: AttestedPasskey
  readonly nickname: string
  /** The handle that the passkey was made for; it becomes the user's when they have none. */
  readonly userHandle: Buffer | null
}

/** Gives a user a passkey. Undefined: it is on file already, for this user or another one. */
export async function addPasskey(client: Database, addition: Addition): Promise<PasskeyRow | undefined> {
  const { userId, attested, nickname, userHandle } = addition
  await ensureHandle(client, userId, userHandle ?? randomBytes(32))
  return insertPasskey(client, { id: randomUUID(), userId, ...attested, nickname })
}
