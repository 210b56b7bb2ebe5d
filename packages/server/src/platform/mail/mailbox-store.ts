import type { Database } from '../database/transaction.ts'

interface MailRow {
  readonly id: string
  readonly recipient: string
  readonly subject: string
  readonly body: string
  readonly links: string[]
  readonly created_at: Date
}

const mostMails = 200

/** Stores a mail for the mailbox page. */
export async function insertMail(
  database: Database,
  mail: {
    readonly id: string
    readonly to: string
    readonly subject: string
    readonly body: string
    readonly links: readonly string[]
  },
): Promise<void> {
  await database.query('insert into mailbox (id, recipient, subject, body, links) values ($1, $2, $3, $4, $5)', [
    mail.id,
    mail.to,
    mail.subject,
    mail.body,
    mail.links,
  ])
}

/** Returns the newest 200 mails, newest first. */
export async function listMails(database: Database): Promise<readonly MailRow[]> {
  const { rows } = await database.query<MailRow>(
    `select id, recipient, subject, body, links, created_at from mailbox order by created_at desc, id desc limit ${mostMails}`,
  )
  return rows
}

/** Removes mails older than a week, whose links have expired, and mails beyond the newest 200. */
export async function sweepMailbox(database: Database): Promise<void> {
  await database.query(
    `delete from mailbox
      where created_at < now() - interval '7 days'
         or id in (select id from mailbox order by created_at desc, id desc offset ${mostMails})`,
  )
}
