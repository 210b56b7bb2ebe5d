import type { Database } from '../../platform/database/transaction.ts'
import { accountGone } from '../accounts/store.ts'
import type { KnownCredential, Transport } from '../webauthn/options.ts'

export interface PasskeyRow {
  readonly id: string
  readonly nickname: string
  readonly aaguid: string | null
  readonly created_at: Date
  readonly last_used_at: Date | null
}

const columns = 'id, nickname, aaguid, created_at, last_used_at'

/** Lists passkeys, newest first, including locked ones. */
export async function listPasskeysOf(database: Database, userId: string): Promise<readonly PasskeyRow[]> {
  const { rows } = await database.query<PasskeyRow>(
    `select ${columns} from passkeys where user_id = $1 order by created_at desc, id desc`,
    [userId],
  )
  return rows
}

/** Lists the user's passkeys in the form of WebAuthn. */
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

/** Returns undefined if the credential is registered already, for this user or another one. */
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

/** Returns undefined if the user has no such passkey. */
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

/** Removes a passkey, and ends its sessions. Returns undefined if the user has no such passkey. */
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

/** Removes every passkey of the user. Returns how many. */
export async function removePasskeysOf(database: Database, userId: string): Promise<number> {
  const { rowCount } = await database.query('delete from passkeys where user_id = $1', [userId])
  return rowCount ?? 0
}

/** Returns the user's handle for authenticators, or sets the given one. Throws 401. */
export async function ensureHandle(database: Database, userId: string, handle: Buffer): Promise<Buffer> {
  const { rows } = await database.query<{ passkey_handle: Buffer }>(
    'update users set passkey_handle = coalesce(passkey_handle, $2) where id = $1 returning passkey_handle',
    [userId, handle],
  )
  const [row] = rows
  if (row === undefined) throw accountGone()
  return row.passkey_handle
}

export interface PasskeyToCheck {
  readonly id: string
  readonly user_id: string
  readonly user_handle: Buffer
  readonly public_key: Buffer
  readonly nickname: string
  readonly is_locked: boolean
}

/** Finds a passkey by its credential id. */
export async function findPasskey(database: Database, credentialId: Buffer): Promise<PasskeyToCheck | undefined> {
  const { rows } = await database.query<PasskeyToCheck>({
    name: 'find-passkey',
    text: `select p.id, p.user_id, u.passkey_handle as user_handle, p.public_key, p.nickname, p.locked_at is not null as is_locked
             from passkeys p join users u on u.id = p.user_id
            where p.credential_id = $1`,
    values: [credentialId],
  })
  return rows[0]
}

/**
 * Records a use. Returns false, without a change, if the passkey is locked or gone, or its counter
 * did not increase. The counter of an authenticator without one stays at 0.
 */
export async function notePasskeyUse(database: Database, id: string, counter: number): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'note-passkey-use',
    text: `update passkeys set counter = $2, last_used_at = date_trunc('milliseconds', clock_timestamp())
            where id = $1 and locked_at is null and (counter < $2 or (counter = 0 and $2 = 0))`,
    values: [id, counter],
  })
  return rowCount === 1
}

/** Returns false if the passkey was already locked or is gone. */
export async function lockPasskey(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `update passkeys set locked_at = date_trunc('milliseconds', clock_timestamp()) where id = $1 and locked_at is null`,
    [id],
  )
  return rowCount === 1
}
