import type { Database } from '../../platform/database/transaction.ts'
import { queueMail } from '../../platform/mail/queue-mail.ts'

/**
 * Switches a notification off, abandons its waiting deliveries, and notifies the administrators.
 * `because` completes a sentence that begins with the receiver's name. Returns the number of
 * abandoned deliveries.
 */
export async function switchOff(
  { publicUrl }: { readonly publicUrl: string },
  client: Database,
  id: string,
  now: Date,
  because: string,
): Promise<number> {
  const { rows } = await client.query<{ target: string; organization: string; emails: string[] }>(
    `update notifications n set disabled_at = $2, claim = null, claimed_until = null, retry_at = null
       from organizations o
      where n.id = $1 and n.disabled_at is null and o.id = n.organization_id
     returning n.target, o.slug as organization, array(
       select u.email from memberships m join users u on u.id = m.user_id
        where m.organization_id = o.id and m.role in ('owner', 'admin') order by u.email) as emails`,
    [id, now],
  )
  const [off] = rows
  if (off === undefined) return 0
  const { rowCount } = await client.query(
    "update notification_deliveries set state = 'failed' where notification_id = $1 and state = 'waiting'",
    [id],
  )
  await client.query("select graphile_worker.remove_job('send_notifications:' || $1)", [id])
  for (const to of off.emails)
    await queueMail(client, {
      to,
      subject: `[${off.organization}] A notification was switched off`,
      paragraphs: [`${off.target} ${because}, so Harmont no longer sends to it.`],
      link: {
        url: `${publicUrl}/${off.organization}/settings/notifications`,
        label: 'Open the notifications',
        lifetime: null,
      },
      askedBy: null,
      otherwise: `You get this mail because you administer ${off.organization}.`,
    })
  return rowCount ?? 0
}
