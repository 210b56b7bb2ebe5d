/** Mails of notifications, and their unsubscription. */
import type pg from 'pg'
import { type Actor, recordAudit } from '../platform/audit/record-audit.ts'
import { type Database, transaction } from '../platform/database/transaction.ts'
import { openOrNull, type Sealer } from '../platform/encryption/seal.ts'
import { queueMail } from '../platform/mail/queue-mail.ts'
import { mailOf } from './messages.ts'

interface Receiver {
  /** The id of the notification. */
  readonly id: string
  readonly email: string
  readonly organization: string
}

/** Queues a mail from which the reader's mail program can unsubscribe (RFC 8058). */
export async function queueNotice(
  { sealer, publicUrl }: { readonly sealer: Sealer; readonly publicUrl: string },
  database: Database,
  { id, email, organization }: Receiver,
  body: string,
): Promise<void> {
  const token = sealer.seal(place, id).toString('base64url')
  await queueMail(database, {
    ...mailOf(body),
    to: email,
    askedBy: null,
    otherwise: `An administrator of ${organization} has set up these mails for you. “Unsubscribe” in your mail program ends them.`,
    unsubscribe: `${publicUrl}/api/v0/unsubscribe?token=${token}`,
  })
}

const place = 'unsubscribe'

/**
 * Ends a notification for its reader, unless it has already ended. Returns false if the token is
 * invalid.
 */
export async function unsubscribe(
  { pool, sealer }: { readonly pool: pg.Pool; readonly sealer: Sealer },
  actor: Actor,
  token: string,
): Promise<boolean> {
  const id = openOrNull(sealer, place, Buffer.from(token, 'base64url'))
  if (id === null) return false
  await transaction(pool, async (client) => {
    const { rows } = await client.query<{ organization_id: string; user_id: string; target: string }>(
      "delete from notifications where id = $1 and kind = 'email' returning organization_id, user_id, target",
      [id],
    )
    for (const { organization_id: organizationId, user_id: userId, target } of rows)
      await recordAudit(
        client,
        { ...actor, userId },
        { organizationId, action: 'notification.unsubscribed', subject: target },
      )
  })
  return true
}
