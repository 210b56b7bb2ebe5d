import { linksIn, type MailServer, startMailServer } from '@harmont/outside/mail-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testServer } from '../../testing/server.ts'
import { createSealer } from '../encryption/seal.ts'
import { type Mail, queueMail, queueSecretMail } from './queue-mail.ts'

let mailServer: MailServer
const environment: Record<string, string> = {
  HARMONT_PUBLIC_URL: 'https://ci.example.com',
  HARMONT_ENCRYPTION_KEY: 'a-key-of-some-length',
}
beforeAll(async () => {
  mailServer = await startMailServer()
  environment.HARMONT_SMTP_URL = mailServer.url
})
afterAll(() => mailServer.stop())
const it = testServer(environment)

const plain: Mail = {
  to: 'ada@example.com',
  subject: 'A subject',
  paragraphs: ['First.', 'Second.'],
  link: { url: 'https://ci.example.com/x?token=abc', label: 'Go on', lifetime: 'for 24 hours, once' },
  askedBy: { address: '203.0.113.9', userAgent: 'Firefox/140.0', at: new Date('2026-01-02T03:04:05Z') },
  otherwise: 'If it was not you, do nothing.',
}

async function send(mail: Partial<Mail>) {
  const to = mail.to ?? `${crypto.randomUUID()}@example.com`
  await queueMail(it.server.pool, { ...plain, ...mail, to })
  return mailServer.mailTo(to)
}

/** Returns whether a mail to that recipient was refused and will be retried. */
async function waitsAgain(to: string): Promise<boolean> {
  const { rowCount } = await it.server.pool.query(
    "select 1 from graphile_worker._private_jobs where payload->>'to' = $1 and last_error is not null",
    [to],
  )
  return rowCount === 1
}

describe('a queued mail', () => {
  test('is text and HTML with one link, its lifetime, its origin, and advice for other readers', async () => {
    const mail = await send({})
    const { parsed, sender } = mail
    expect(sender).toBe('no-reply@ci.example.com')
    expect(parsed.from?.text).toBe('"Harmont" <no-reply@ci.example.com>')
    expect(parsed.subject).toBe('A subject')
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated')
    expect(linksIn(mail)).toEqual(['https://ci.example.com/x?token=abc'])
    const html = String(parsed.html)
    expect(html.match(/https?:/g)).toHaveLength(1)
    expect(html).not.toMatch(/<(img|script|link|iframe|style)|url\(|src=/i)
    for (const part of [
      'First.',
      'Second.',
      'The link works for 24 hours, once.',
      'Requested on 2026-01-02 03:04 UTC from the address 203.0.113.9 with Firefox/140.0.',
      'If it was not you, do nothing.',
    ]) {
      expect(parsed.text).toContain(part)
      expect(html).toContain(part)
    }
    expect(parsed.messageId).toMatch(/^<\d+\.\d+@ci\.example\.com>$/)
  })

  test('contains no header, recipient or link from untrusted parts', async () => {
    const mail = await send({
      subject: 'Hello\r\nBcc: spy@example.com\r\n\r\nbody <b>',
      paragraphs: ['<img src=x onerror=1>\r\nCc: spy@example.com https://evil.example/a www.evil.example'],
      askedBy: { address: '::1', userAgent: 'x (+http://evil.example/bot) <script>\r\nBcc: y', at: new Date() },
    })
    expect(mail.recipients).toHaveLength(1)
    expect([mail.parsed.cc, mail.parsed.bcc]).toEqual([undefined, undefined])
    expect(mail.parsed.subject).toBe('Hello Bcc: spy@example.com body <b>')
    expect(linksIn(mail)).toEqual(['https://ci.example.com/x?token=abc'])
    expect(mail.parsed.text).not.toMatch(/evil\.example\/bot|www\.evil/)
    expect(String(mail.parsed.html)).not.toMatch(/<img|<script/)
  })

  test.for(['a,b@example.com', 'x@example.com>,<spy@example.com', 'x@example.com\r\nRCPT TO:<spy@example.com>'])(
    'goes to exactly one address: %j',
    async (to) => {
      const before = mailServer.mails.length
      await queueMail(it.server.pool, { ...plain, to })
      await send({})
      const spied = mailServer.mails.slice(before).flatMap(({ recipients }) => recipients)
      expect(spied).not.toContain('spy@example.com')
      expect(spied).not.toContain('b@example.com')
    },
  )

  test('is retried with the same id when the mail server refuses it, and does not delay others', async () => {
    mailServer.refuse('late@example.com')
    await queueMail(it.server.pool, { ...plain, to: 'late@example.com' })
    await send({})
    expect((await mailServer.mailTo('late@example.com')).parsed.subject).toBe('A subject')
  })

  test('is abandoned after a day, and its link is removed', async () => {
    mailServer.refuse('never@example.com')
    await queueMail(it.server.pool, { ...plain, to: 'never@example.com' })
    await expect.poll(() => waitsAgain('never@example.com')).toBe(true)
    const { rowCount } = await it.server.pool.query(
      "update graphile_worker._private_jobs set created_at = created_at - interval '25 hours', run_at = now() where attempts = 1 and payload->>'to' = 'never@example.com'",
    )
    expect(rowCount).toBe(1)
    await expect
      .poll(async () => {
        const { rows } = await it.server.pool.query('select payload from graphile_worker._private_jobs')
        return JSON.stringify(rows).includes('never@example.com')
      })
      .toBe(false)
    expect(mailServer.mails.flatMap(({ recipients }) => recipients)).not.toContain('never@example.com')
  })

  test('G32 with a link that grants access is queued with the link encrypted, and arrives with it decrypted', async () => {
    const to = 'secret@example.com'
    mailServer.refuse(to)
    const url = 'https://ci.example.com/x?token=a-secret-token'
    const sealer = createSealer(environment.HARMONT_ENCRYPTION_KEY ?? '')
    await queueSecretMail(it.server.pool, sealer, { ...plain, to, link: { url, label: 'Go on', lifetime: null } })
    await expect.poll(() => waitsAgain(to)).toBe(true)
    const { rows } = await it.server.pool.query(
      "select * from graphile_worker._private_jobs where payload->>'to' = $1",
      [to],
    )
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain('a-secret-token')
    expect(linksIn(await mailServer.mailTo(to))).toEqual([url])
  })

  test('is not shown on the mailbox page', async () => {
    expect((await it.request(null, 'GET', '/api/v0/mailbox')).status).toBe(404)
  })
})
