import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { nobody, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { findFirstOwner, insertSetupLink, needsSetup } from './store.ts'

/** A link for whoever starts the server, when no owner could sign in otherwise; null when one could. */
export async function setupLinkIfNeeded(pool: pg.Pool, publicUrl: string): Promise<string | null> {
  return (await needsSetup(pool)) ? makeSetupLink(pool, publicUrl, null) : null
}

/**
 * Makes a link that works once, for 24 hours. It signs in as that user; with null as the oldest owner, and on a server without owners it makes the first
 * administrator.
 */
export async function makeSetupLink(pool: pg.Pool, publicUrl: string, userId: string | null): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await transaction(pool, async (client) => {
    const whose = userId ?? (await findFirstOwner(client)) ?? null
    await insertSetupLink(client, hashToken(token), whose)
    await recordAudit(client, nobody, { organizationId: null, action: 'setup_link.made', subject: whose })
  })
  return `${publicUrl}/setup?token=${token}`
}
