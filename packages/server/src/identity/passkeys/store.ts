import type { Database } from '../../platform/database/transaction.ts'
import { accountGone } from '../accounts/store.ts'
import type { Transport } from '../webauthn/verify-attestation.ts'

export interface KnownCredential {
  readonly credential_id: Buffer
  readonly transports: readonly Transport[]
}

export interface PasskeyRow {
  readonly id: string
  readonly nickname: string
  readonly aaguid: string | null
  readonly created_at: Date
  readonly last_used_at: Date | null
}

const columns = 'id, nickname, aaguid, created_at, last_used_at'

/** Newest first, locked ones too. */
export async function listPasskeysOf(database: Database, userId: string): Promise<readonly PasskeyRow[]> {
  const { rows } = await database.query<PasskeyRow>(
    `select ${columns} from passkeys where user_id = $1 order by created_at desc, id desc`,
    [userId],
  )
  return rows
}

/** What authenticators that have a passkey of the user know it by. */
export async function credentialsOf(database: Database, userId: string): Promise<readonly KnownCredential[]> {
  const { rows } = await database.query<KnownCredential>(
    'select credential_id, transports from passkeys where user_id = $1',
    [userId],
  )
  return rows
}

export async function countPasskeysOf(database: Database, userId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'select count(*)::int as count from passkeys where user_id = $1',
    [userId],
  )
  return rows[0]?.count ?? 0
}

export interface NewPasskey {
  readonly id: string
  readonly userId: string
  readonly credentialId: Buffer
  readonly publicKey: Buffer
  readonly counter: number
  readonly transports: readonly Transport[]
  readonly aaguid: string | null
  readonly nickname: string
}

/** Undefined: the credential is on file already, for this user or another one. */
export async function insertPasskey(database: Database, passkey: NewPasskey): Promise<PasskeyRow | undefined> {
  const { rows } = await database.query<PasskeyRow>(
    `insert into passkeys (id, user_id, credential_id, public_key, counter, transports, aaguid, nickname)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (credential_id) do nothing returning ${columns}`,
    [
      passkey.id,
      passkey.userId,
      passkey.credentialId,
      passkey.publicKey,
      passkey.counter,
      passkey.transports,
      passkey.aaguid,
      passkey.nickname,
    ],
  )
  return rows[0]
}

/** Undefined: the user has no such passkey. */
export async function setNickname(
  database: Database,
  userId: string,
  id: string,
  nickname: string,
): Promise<PasskeyRow | undefined> {
  const { rows } = await database.query<PasskeyRow>(
    `update passkeys set nickname = $3 where id = $2 and user_id = $1 returning ${columns}`,
    [userId, id, nickname],
  )
  return rows[0]
}

/** Removes a passkey and ends the sessions that were started with it. Undefined: the user has no such passkey. */
export async function removePasskey(
  database: Database,
  userId: string,
  id: string,
): Promise<{ readonly nickname: string } | undefined> {
  const { rows } = await database.query<{ nickname: string }>(
    `with ended as (delete from sessions where user_id = $1 and passkey_id = $2)
     delete from passkeys where id = $2 and user_id = $1 returning nickname`,
    [userId, id],
  )
  return rows[0]
}

/** Removes every passkey of the user. Gives how many. */
export async function removePasskeysOf(database: Database, userId: string): Promise<number> {
  const { rowCount } = await database.query('delete from passkeys where user_id = $1', [userId])
  return rowCount ?? 0
}

/** The handle by which authenticators know the user; the given one when there is none yet. Throws 401 when the account went just now. */
export async function ensureHandle(database: Database, userId: string, handle: Buffer): Promise<Buffer> {
  const { rows } = await database.query<{ passkey_handle: Buffer }>(
    'update users set passkey_handle = coalesce(passkey_handle, $2) where id = $1 returning passkey_handle',
    [userId, handle],
  )
  const [row] = rows
  if (row === undefined) throw accountGone()
  return row.passkey_handle
}
