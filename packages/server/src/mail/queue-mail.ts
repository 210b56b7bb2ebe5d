import type { Database } from '../database/transaction.ts'

/** A mail of plain parts; `render-mail.ts` makes text and HTML of it. */
export interface Mail {
  readonly to: string
  readonly subject: string
  /** Paragraphs of plain text, before the link. */
  readonly paragraphs: readonly string[]
  /** The only link. */
  readonly link: { readonly url: string; readonly label: string; readonly lifetime: string | null } | null
  /** Who asked for it, so that its reader can tell; null for notices of the server. */
  readonly askedBy: { readonly address: string | null; readonly userAgent: string | null; readonly at: Date } | null
  /** What to do if it was not you. */
  readonly otherwise: string
}

/** Queues a mail within the transaction of what it tells of. It is tried for 24 hours. */
export async function queueMail(database: Database, mail: Mail): Promise<void> {
  await database.query({
    name: 'queue-mail',
    // The tries reach over more than a day, see `mail/tasks.ts`.
    text: `select graphile_worker.add_job('send_mail', $1::json, max_attempts => 25)`,
    values: [JSON.stringify(mail)],
  })
}
