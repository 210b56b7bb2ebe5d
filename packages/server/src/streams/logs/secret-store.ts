import type pg from 'pg'
import { type Database, transaction } from '../../platform/database/transaction.ts'

export interface SealedSecret {
  readonly fingerprint: string
  readonly sealed: Buffer
  readonly counts_until: Date
}

/** Notes which secret is in use from now on. Gives those that were before and count still: for an hour after the change. */
export async function useSecret(pool: pg.Pool, fingerprint: string, sealed: Buffer): Promise<readonly SealedSecret[]> {
  return transaction(pool, async (client) => {
    await client.query('delete from log_token_secrets where counts_until <= now()')
    await client.query(
      `update log_token_secrets set counts_until = now() + interval '1 hour'
        where fingerprint <> $1 and counts_until is null`,
      [fingerprint],
    )
    await client.query(
      `insert into log_token_secrets (fingerprint, sealed) values ($1, $2)
       on conflict (fingerprint) do update set sealed = excluded.sealed, counts_until = null`,
      [fingerprint, sealed],
    )
    const { rows } = await client.query<SealedSecret>(
      'select fingerprint, sealed, counts_until from log_token_secrets where fingerprint <> $1',
      [fingerprint],
    )
    return rows
  })
}

/** The secret in use; undefined where no server has started yet, or only one of a release that had none. */
export async function sealedInUse(database: Database): Promise<Omit<SealedSecret, 'counts_until'> | undefined> {
  const there = await database.query<{ there: boolean }>("select to_regclass('log_token_secrets') is not null as there")
  if (there.rows[0]?.there !== true) return undefined
  const { rows } = await database.query<SealedSecret>(
    'select fingerprint, sealed from log_token_secrets where counts_until is null',
  )
  return rows[0]
}
