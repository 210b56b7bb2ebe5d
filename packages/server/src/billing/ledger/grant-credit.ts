import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { nobody, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { organizationIdOf, writeCredit } from './ledger.ts'

/** Books a credit that the operator gives. Gives the new balance in cents; null when there is no such organization. */
export async function grantCredit(
  pool: pg.Pool,
  slug: string,
  { amountCents, note }: { readonly amountCents: number; readonly note: string | null },
): Promise<number | null> {
  return transaction(pool, async (client) => {
    const organizationId = await organizationIdOf(client, slug)
    if (organizationId === null) return null
    const id = randomUUID()
    await recordAudit(client, nobody, {
      organizationId,
      action: 'balance.granted',
      subject: id,
      details: { amount_cents: amountCents },
    })
    return writeCredit(client, { id, organizationId, amountCents, source: 'admin_grant', description: note })
  })
}
