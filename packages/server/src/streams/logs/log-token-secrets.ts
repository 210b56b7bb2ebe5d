import type pg from 'pg'
import type { Logger } from 'pino'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import type { LogTokenSecrets } from './log-token.ts'

/**
 * Opens the current secret, and those replaced within the last hour, so that running log streams
 * survive a change by the operator.
 */
export async function openLogTokenSecrets(
  pool: pg.Pool,
  sealer: Sealer,
  current: string,
  log: Logger,
): Promise<LogTokenSecrets> {
  const fingerprint = hashToken(current)
  const earlier = await useSecret(pool, fingerprint, sealer.seal(placeOf(fingerprint), current))
  return { current, previous: earlier.flatMap((row) => open(row, sealer, log)) }
}

/**
 * Returns whether secrets in the database are sealed with this key. Each start of a server seals
 * one, with which a key can be tested.
 */
export async function opensSealed(database: Database, sealer: Sealer): Promise<boolean> {
  const sealed = await sealedInUse(database)
  if (sealed === undefined) return true
  try {
    sealer.open(placeOf(sealed.fingerprint), sealed.sealed)
    return true
  } catch {
    return false // that is the answer: it can only be sealed under another key
  }
}

function open({ fingerprint, sealed, counts_until: until }: SealedSecret, sealer: Sealer, log: Logger) {
  try {
    return [{ secret: sealer.open(placeOf(fingerprint), sealed), until }]
  } catch (error) {
    // The encryption key has changed too. A failed start would be worse than log tokens that must
    // be requested again.
    log.warn({ err: error }, 'HARMONT_LOG_TOKEN_SECRET changed: earlier log tokens are no longer valid')
    return []
  }
}

function placeOf(fingerprint: string): string {
  return `log-token-secret/${fingerprint}`
}

interface SealedSecret {
  readonly fingerprint: string
  readonly sealed: Buffer
  readonly counts_until: Date
}

/**
 * Records the current secret. Returns earlier secrets, which stay valid for an hour after the
 * change.
 */
async function useSecret(pool: pg.Pool, fingerprint: string, sealed: Buffer): Promise<readonly SealedSecret[]> {
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

/** Finds the current secret; undefined if no server of this release has started. */
async function sealedInUse(database: Database): Promise<Omit<SealedSecret, 'counts_until'> | undefined> {
  const there = await database.query<{ there: boolean }>("select to_regclass('log_token_secrets') is not null as there")
  if (there.rows[0]?.there !== true) return undefined
  const { rows } = await database.query<SealedSecret>(
    'select fingerprint, sealed from log_token_secrets where counts_until is null',
  )
  return rows[0]
}
