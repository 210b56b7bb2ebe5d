import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import { inBatches } from '../../platform/worker/in-batches.ts'
import { type KeyServices, rotateKeys } from './keys.ts'

export const idTokenCrontab = ['37 * * * * rotate_id_token_keys', '57 4 * * * forget_id_tokens']

/** How long the audit log keeps issued tokens. */
const keptDays = 365
const batch = 1_000

interface IdTokenTaskServices extends KeyServices {
  readonly pool: pg.Pool
  /** Provides the time of the database, which determines the time in tokens. */
  readonly engine: { readonly store: { now(): number } }
}

/** Rotates the keys of identity tokens, and forgets old tokens. */
export function idTokenTasks(services: IdTokenTaskServices): TaskList {
  const now = () => new Date(services.engine.store.now())
  return {
    rotate_id_token_keys: () => rotateKeys(services, now()),
    forget_id_tokens: async () => {
      await forgetIdTokens(services.pool, now())
    },
  }
}

/** Removes audit events of tokens that were issued a year ago. Returns how many. */
export function forgetIdTokens(pool: pg.Pool, now: Date): Promise<number> {
  const before = new Date(now.getTime() - keptDays * 24 * 3600 * 1000)
  return inBatches(batch, async (limit) => (await pool.query(forgetText, [limit, before])).rowCount ?? 0)
}

const forgetText = `delete from audit_events where id in (
  select id from audit_events where action = 'id_token.issued' and created_at < $2 order by created_at limit $1)`
