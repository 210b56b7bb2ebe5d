import { randomUUID } from 'node:crypto'
import type { Transporter } from 'nodemailer'
import type { Logger } from 'pino'
import type { Database } from '../database/transaction.ts'
import type { Settings } from '../settings/read-settings.ts'
import { mailTransport } from './mail-transport.ts'
import { insertMail } from './mailbox-store.ts'
import type { RenderedMail } from './render-mail.ts'

/** A rendered mail, which is sent again if its delivery is uncertain. */
interface Letter extends RenderedMail {
  readonly to: string
  readonly link: string | null
  /** The same for all attempts, so that mail programs detect duplicates. */
  readonly messageId: string
  readonly queuedAt: Date
  readonly unsubscribe?: string | undefined
}

const silenceMs = 60_000

interface Services {
  readonly pool: Database
  readonly settings: Settings
  readonly log: Logger
}

/**
 * Returns the function that sends a mail. It throws if the mail server fails. Without a mail
 * server, mails go to the log and, on a local server, to the mailbox page.
 */
export function mailSender({ pool, settings, log }: Services): (letter: Letter) => Promise<void> {
  const from = senderAddress(settings)
  if (settings.smtpUrl !== null) return smtpSender(settings.smtpUrl, from)
  const hasMailbox = mailTransport(settings) === 'mailbox'
  return async ({ to, subject, text, link }) => {
    log.info({ to, subject, text }, 'mail (printed because HARMONT_SMTP_URL is not set)')
    if (hasMailbox)
      await insertMail(pool, { id: randomUUID(), to, subject, body: text, links: link === null ? [] : [link] })
  }
}

function smtpSender(url: string, from: string): (letter: Letter) => Promise<void> {
  let transport: Promise<Transporter> | null = null
  // An unresponsive mail server would occupy the worker, so it is not tried again for a while.
  let silentUntil = 0
  return async ({ to, subject, text, html, messageId, queuedAt, unsubscribe }) => {
    if (performance.now() < silentUntil) throw new Error('the mail server did not respond recently')
    transport ??= smtpTransport(url)
    const sent = (await transport).sendMail({
      // Addresses are objects, because a string would be parsed as a list.
      from: { name: 'Harmont', address: from },
      to: { name: '', address: to },
      envelope: { from, to: [to] },
      subject,
      text,
      html,
      messageId,
      date: queuedAt,
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        ...(unsubscribe !== undefined && {
          'List-Unsubscribe': `<${unsubscribe}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        }),
      },
    })
    await sent.catch((error: unknown) => {
      if (isTimeout(error)) silentUntil = performance.now() + silenceMs
      throw error
    })
  }
}

/** Loads the library with the first mail: it takes 5 MiB, and many servers send none. */
async function smtpTransport(url: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    url,
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT'
}

/** Returns the setting, or `no-reply@` and the public host. */
export function senderAddress({ mailFrom, publicUrl }: Pick<Settings, 'mailFrom' | 'publicUrl'>): string {
  return mailFrom ?? `no-reply@${new URL(publicUrl).hostname}`
}
