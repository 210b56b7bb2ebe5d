import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { ensureOwner, insertOrganization } from '../../organizations/lifecycle/store.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { ensureUser, findOrganizationId, removeBootstrapKey, setBootstrapKey } from './store.ts'

/** Two servers that start at the same time take turns. */
const bootstrapLock = 0x626f6f74

/**
 * Makes sure that the bootstrap user exists, owns the organization `default`, and has the bootstrap key, and no other one than the setting says. Without a
 * token the key of earlier starts goes; user and organization stay.
 */
export async function ensureBootstrap(
  pool: pg.Pool,
  settings: { readonly bootstrapToken: string | null; readonly bootstrapEmail: string },
): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [bootstrapLock])
    if (settings.bootstrapToken === null) return removeBootstrapKey(client)
    const userId = await ensureUser(client, settings.bootstrapEmail)
    const organization = { slug: 'default', name: 'default', url: null, personalOf: userId }
    const made = await insertOrganization(client, { id: randomUUID(), ...organization })
    await ensureOwner(client, made?.id ?? (await findOrganizationId(client, 'default')), userId)
    await setBootstrapKey(client, userId, hashToken(settings.bootstrapToken))
  })
}
