import { expect, test } from 'vitest'
import { sendRaw } from '../../platform/http/testing/raw-client.ts'
import { sweepMailbox } from '../../platform/mail/mailbox-store.ts'
import { queueMail } from '../../platform/mail/queue-mail.ts'
import { codeOf, testServer } from '../../testing/server.ts'

const it = testServer({ HARMONT_PUBLIC_URL: 'http://localhost:4000' })
const path = '/api/v0/mailbox'

type Mails = { readonly data: readonly { readonly to: string; readonly links: readonly string[] }[] }

async function mails(): Promise<Mails['data']> {
  return (await it.request<Mails>(null, 'GET', path)).body.data
}

function queue(to: string) {
  return queueMail(it.server.pool, {
    to,
    subject: 'Hello',
    paragraphs: ['Text.'],
    link: { url: 'http://localhost:4000/x?token=t', label: 'Open', lifetime: null },
    askedBy: null,
    otherwise: 'Otherwise.',
  })
}

test('a local server without a mail server shows its mails only to its own machine, newest first', async () => {
  await queue('first@example.com')
  await expect.poll(mails).toHaveLength(1)
  await queue('second@example.com')
  await expect.poll(mails).toHaveLength(2)
  const [newest] = await mails()
  expect(newest).toMatchObject({
    to: 'second@example.com',
    subject: 'Hello',
    text: 'Text.\n\nOpen:\nhttp://localhost:4000/x?token=t\n\nOtherwise.\n',
    links: ['http://localhost:4000/x?token=t'],
  })
})

test('a request through a proxy gets the answer for an unknown path', async () => {
  const absent = await it.request(null, 'GET', '/api/v0/no-such-path')
  for (const headers of [{ 'x-forwarded-for': '203.0.113.9' }, { forwarded: 'for=203.0.113.9' }]) {
    const answer = await it.request(null, 'GET', path, undefined, headers)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'route_not_found'])
    const told = (body: unknown) => (body as { error: { message: string } }).error.message
    expect(told(answer.body)).toBe(told(absent.body))
  }
})

test('a remote page whose name resolves to this machine cannot read its mails', async () => {
  const port = Number(new URL(it.server.url).port)
  const as = async (host: string) => (await sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`))?.status
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '@',
    '',
  ])
    expect([host, await as(host)]).toEqual([host, 404])
  for (const host of [`localhost:${port}`, '127.0.0.1', `[::1]:${port}`, 'ci.localhost'])
    expect([host, await as(host)]).toEqual([host, 200])
})

test('mails are removed after a week, when their links have expired', async () => {
  await queue('old@example.com')
  await expect.poll(async () => (await mails()).some(({ to }) => to === 'old@example.com')).toBe(true)
  await it.server.pool.query(
    "update mailbox set created_at = now() - interval '8 days' where recipient = 'old@example.com'",
  )
  await sweepMailbox(it.server.pool)
  expect((await mails()).map(({ to }) => to)).toEqual(['second@example.com', 'first@example.com'])
})
