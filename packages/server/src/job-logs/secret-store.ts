import type pg from 'pg'
import { transaction } from '../database/transaction.ts'

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
