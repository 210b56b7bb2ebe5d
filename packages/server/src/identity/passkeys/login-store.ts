import type { Database } from '../../platform/database/transaction.ts'

export interface PasskeyToCheck {
  readonly id: string
  readonly user_id: string
  readonly user_handle: Buffer
  readonly public_key: Buffer
  readonly nickname: string
  readonly is_locked: boolean
}

/** The passkey that an authenticator knows by this id. */
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

/** Writes down a use. False, and nothing is written: the passkey is locked or gone, or its counter did not go on. One that does not count stays at 0. */
export async function notePasskeyUse(database: Database, id: string, counter: number): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'note-passkey-use',
    text: `update passkeys set counter = $2, last_used_at = date_trunc('milliseconds', clock_timestamp())
            where id = $1 and locked_at is null and (counter < $2 or (counter = 0 and $2 = 0))`,
    values: [id, counter],
  })
  return rowCount === 1
}

/** False: it was locked already, or is gone. */
export async function lockPasskey(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `update passkeys set locked_at = date_trunc('milliseconds', clock_timestamp()) where id = $1 and locked_at is null`,
    [id],
  )
  return rowCount === 1
}
