import type { Database } from '../database/transaction.ts'
import type { Sealer } from '../encryption/seal.ts'

/** The parts of a mail, from which `render-mail.ts` renders text and HTML. */
export interface Mail {
  readonly to: string
  readonly subject: string
  /** Paragraphs of plain text, before the link. */
  readonly paragraphs: readonly string[]
  /** The only link. */
  readonly link: { readonly url: string; readonly label: string; readonly lifetime: string | null } | null
  /**
   * The request that caused the mail, so that its reader can judge it; null for notices of the
   * server.
   */
  readonly askedBy: AskedBy | null
  /** Advice for a reader who did not request the mail. */
  readonly otherwise: string
  /** The URL at which the reader's mail program unsubscribes (RFC 8058). */
  readonly unsubscribe?: string
}

/** The client that caused a mail, and when. */
export interface AskedBy {
  readonly address: string | null
  readonly userAgent: string | null
  readonly at: Date
}

/** Describes the current request. */
export function askedNow({ address, userAgent }: Omit<AskedBy, 'at'>): AskedBy {
  return { address, userAgent, at: new Date() }
}

/** A mail with a link. */
export type LinkMail = Mail & { readonly link: NonNullable<Mail['link']> }

/** The stored form of a queued mail. */
type QueuedMail = Omit<Mail, 'askedBy'> & {
  readonly askedBy: (Omit<AskedBy, 'at'> & { readonly at: string }) | null
  /** The link's URL, encrypted and in base64. `link.url` is then empty. */
  readonly sealedUrl?: string
}

const place = 'mail link'

/** Queues a mail within the transaction that causes it. It is retried for 24 hours. */
export async function queueMail(database: Database, mail: Mail): Promise<void> {
  await insert(database, mail)
}

/**
 * Queues a mail whose link grants access. The link is encrypted, because tokens are never stored in
 * the clear.
 */
export async function queueSecretMail(database: Database, sealer: Sealer, mail: LinkMail): Promise<void> {
  const sealedUrl = sealer.seal(place, mail.link.url).toString('base64')
  await insert(database, { ...mail, link: { ...mail.link, url: '' }, sealedUrl })
}

/** Reads the mail of a task. */
export function readQueuedMail(sealer: Sealer, payload: unknown): Mail {
  const { askedBy, sealedUrl, link, ...mail } = payload as QueuedMail
  const url = sealedUrl === undefined ? link?.url : sealer.open(place, Buffer.from(sealedUrl, 'base64'))
  return {
    ...mail,
    link: link === null || url === undefined ? null : { ...link, url },
    askedBy: askedBy === null ? null : { ...askedBy, at: new Date(askedBy.at) },
  }
}

async function insert(database: Database, mail: Mail & Pick<QueuedMail, 'sealedUrl'>): Promise<void> {
  await database.query({
    name: 'queue-mail',
    // The retries last more than a day, see `mail/tasks.ts`.
    text: `select graphile_worker.add_job('send_mail', $1::json, max_attempts => 25)`,
    values: [JSON.stringify(mail)],
  })
}
