import type pg from 'pg'
import type { Logger } from 'pino'
import type { Database } from '../../platform/database/transaction.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import type { LogTokenSecrets } from './log-token.ts'
import { type SealedSecret, sealedInUse, useSecret } from './secret-store.ts'

/** The secret in use, and those that were replaced within the last hour: log streams that run do not break when the operator changes it. */
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

/** Whether this key is the one under which secrets in the database are sealed: each start of a server seals one that it can be tried on. */
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
    // The encryption key was changed too. A start that fails would be worse than log tokens that have to be fetched again.
    log.warn({ err: error }, 'HARMONT_LOG_TOKEN_SECRET changed: earlier log tokens are no longer valid')
    return []
  }
}

function placeOf(fingerprint: string): string {
  return `log-token-secret/${fingerprint}`
}
