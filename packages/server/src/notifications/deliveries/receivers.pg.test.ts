/** Receivers of every kind, with the server's own worker. */
import { linksIn, type MailServer, startMailServer } from '@harmont/outside/mail-server'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { endedBuild, type Logged, logOf, newNotification } from '../builds.test-support.ts'
import { type Receiver, startReceiver, verify } from '../receiver.test-support.ts'

const environment: Record<string, string> = {
  HARMONT_NOTIFICATION_ALLOW: '127.0.0.1',
  HARMONT_PUBLIC_URL: 'http://harmont.test',
}
let mails: MailServer
let receiver: Receiver
beforeAll(async () => {
  mails = await startMailServer()
  environment.HARMONT_SMTP_URL = mails.url
  receiver = await startReceiver()
})
afterAll(async () => {
  await mails.stop()
  await receiver.stop()
})
const it = testServer(environment)
const path = '/api/v0/organizations/default/notifications'

const remove = (id: string) => it.request(ownerToken, 'DELETE', `${path}/${id}`)

test('G127 receivers that never respond occupy no task of the server, and delay no other receiver', async () => {
  const slug = await it.newPipeline()
  const silent = await startReceiver()
  silent.answer = () => undefined
  // More receivers than tasks that the worker runs at a time.
  const all = await Promise.all(Array.from({ length: 8 }, () => newNotification(it, { url: silent.url })))
  const { notification, secret } = await newNotification(it, { url: receiver.url })
  await endedBuild(it, slug, 0)
  const [message] = await until(
    () => receiver.received,
    ({ length }) => length === 1,
  )
  if (message === undefined) throw new Error('nothing came')
  verify(secret, message)
  expect(() => verify(`whsec_${btoa('another secret of some length')}`, message)).toThrow(/signature/i)
  expect(message.body).toMatchObject({
    type: 'build.finished',
    data: {
      organization: 'default',
      pipeline: { slug },
      build: { number: 1, state: 'passed', branch: 'main' },
      change: null,
    },
  })
  await until(
    () => silent.received,
    ({ length }) => length === 8,
  )
  expect(await logOf(it, all[0]?.notification.id ?? '')).toMatchObject([{ state: 'waiting', attempts: 0 }])
  for (const { notification } of all) await remove(notification.id)
  await silent.stop()
  await remove(notification.id)
})

test('G127 only public addresses get messages, without redirects', async () => {
  const slug = await it.newPipeline()
  for (const url of ['http://example.com/', 'https://10.0.0.1/', 'https://[::1]/', 'https://u:p@example.com/', 'x']) {
    const refused = await it.request(ownerToken, 'POST', path, { kind: 'slack', events: ['broke'], url })
    expect([refused.status, codeOf(refused)], url).toEqual([422, 'request_invalid'])
    expect(JSON.stringify(refused.body)).not.toContain('u:p')
  }
  const led = await startReceiver()
  led.answer = (response) => void response.writeHead(307, { location: receiver.url }).end()
  // The name resolves to this machine, which is checked when a message is sent.
  const { notification: inside } = await newNotification(it, { url: 'https://localhost:9/' })
  const { notification } = await newNotification(it, { url: led.url })
  const before = receiver.received.length
  await endedBuild(it, slug, 0)
  const first = async (id: string) => (await logOf(it, id))[0]
  const tried = (one: Logged | undefined) => (one?.attempts ?? 0) > 0
  expect(await until(() => first(notification.id), tried)).toMatchObject({ state: 'waiting', last_status: 307 })
  expect((await until(() => first(inside.id), tried))?.last_answer).toMatch(
    /^Not sent: the address leads to (::1|127\.0\.0\.1), which is not a public address\.$/,
  )
  expect(receiver.received).toHaveLength(before)
  for (const { id } of [inside, notification]) await remove(id)
  await led.stop()
})

test('a Slack channel gets plain text, in which user input cannot form a link or a mention', async () => {
  const slug = await it.newPipeline({ name: 'a<!channel>&b' })
  const { notification } = await newNotification(it, { kind: 'slack', url: receiver.url, events: ['broke'] })
  const before = receiver.received.length
  await endedBuild(it, slug, 1)
  const [message] =
    (await until(
      () => receiver.received.slice(before),
      ({ length }) => length === 1,
    )) ?? []
  expect(message?.body).toEqual({
    text: `<http://harmont.test/default/pipelines/${slug}/builds/1|default/${slug} #1> broke main\nFailed: test\nc0ffee · Sell &lt;more&gt; · admin`,
  })
  expect(message?.headers).not.toHaveProperty('webhook-signature')
  const { body } = await it.request(ownerToken, 'GET', path)
  expect(JSON.stringify(body)).not.toContain('/hook')
  // The response of Slack for a removed channel.
  receiver.answer = (response) => void response.writeHead(410).end('channel_is_archived')
  await it.request(ownerToken, 'POST', `${path}/${notification.id}/test`)
  const list = () => it.request<{ data: { id: string; enabled: boolean }[] }>(ownerToken, 'GET', path)
  await until(async () => (await list()).body.data.some(({ id, enabled }) => id === notification.id && !enabled))
  expect((await logOf(it, notification.id))[0]).toMatchObject({ state: 'failed', last_answer: 'channel_is_archived' })
  receiver.answer = (response) => void response.end('ok')
  await remove(notification.id)
})

test('a member gets mails until they leave or their mail program unsubscribes', async () => {
  const slug = await it.newPipeline()
  const refused = await it.request(ownerToken, 'POST', path, {
    kind: 'email',
    events: ['broke'],
    email: 'x@example.com',
  })
  expect(codeOf(refused)).toBe('request_invalid')
  const ada = await it.newMember('ada')
  const wish = { kind: 'email', email: 'ada@example.com', events: ['broke', 'fixed'] }
  const [made] = [await newNotification(it, wish), await newNotification(it, { ...wish, events: ['fixed'] })]
  await endedBuild(it, slug, 1)
  const mail = await mails.mailTo('ada@example.com')
  expect(mail.parsed.subject).toBe(`[default] ${slug} #1 broke main`)
  expect(linksIn(mail)).toEqual([`http://harmont.test/default/pipelines/${slug}/builds/1`])
  expect(await logOf(it, made.notification.id)).toMatchObject([{ state: 'sent', type: 'build.broke' }])
  expect(mail.raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click')
  const list = mail.parsed.headers.get('list') as unknown as { unsubscribe: { url: string } }
  const { pathname, search } = new URL(list.unsubscribe.url)
  const looked = await it.request(null, 'GET', pathname + search)
  expect(looked.headers.get('location')).toMatch(/^http:\/\/harmont\.test\/unsubscribe\?token=/)
  const oneClick = { 'content-type': 'application/x-www-form-urlencoded' }
  for (let time = 0; time < 2; time += 1)
    expect((await it.request(null, 'POST', pathname + search, 'List-Unsubscribe=One-Click', oneClick)).status).toBe(204)
  expect((await it.request(null, 'POST', `${pathname}?token=x`)).status).toBe(404)
  expect((await it.request(ownerToken, 'GET', `${path}/${made.notification.id}/deliveries`)).status).toBe(404)
  // The other notification ends with the membership.
  await it.server.pool.query("delete from memberships where user_id = $1 and role = 'member'", [ada.id])
  await endedBuild(it, slug, 0)
  const heard = await newNotification(it, { url: receiver.url, events: ['fixed'] })
  await endedBuild(it, slug, 1)
  await endedBuild(it, slug, 0)
  await until(async () => (await logOf(it, heard.notification.id)).length === 1)
  expect(mails.mails.filter(({ recipients }) => recipients.includes('ada@example.com'))).toHaveLength(1)
  await remove(heard.notification.id)
})

test('administrators list deliveries, send one again with its key, and change the secret without losing a message', async () => {
  const slug = await it.newPipeline()
  const wish = { url: receiver.url, pipeline: slug, branches: ['main'] }
  const { notification, secret } = await newNotification(it, wish)
  const { id } = notification
  const before = receiver.received.length
  const came = (count: number) =>
    until(
      () => receiver.received.slice(before),
      ({ length }) => length === count,
    )
  await endedBuild(it, await it.newPipeline(), 0)
  await endedBuild(it, slug, 0, 'topic')
  await endedBuild(it, slug, 0)
  await came(1)
  const [logged] = await until(
    () => logOf(it, id),
    ([one]) => one?.state === 'sent',
  )
  expect(logged).toMatchObject({ attempts: 1, last_status: 200, last_answer: 'ok', next_attempt_at: null })
  const replay = `${path}/${id}/deliveries/${logged?.id}/replay`
  expect((await it.request(ownerToken, 'POST', replay)).status).toBe(202)
  const [first, again] = await came(2)
  expect([again?.id, again?.raw]).toEqual([first?.id, first?.raw])
  const rotated = await it.request<{ secret: string }>(ownerToken, 'POST', `${path}/${id}/secret`)
  expect((await it.request(ownerToken, 'POST', `${path}/${id}/test`)).status).toBe(202)
  const told = (await came(3))[2]
  if (told === undefined) throw new Error('no test came')
  expect(told.body.type).toBe('notification.test')
  verify(secret, told)
  verify(rotated.body.secret, told)
  const off = await it.request(ownerToken, 'PATCH', `${path}/${id}`, { enabled: false })
  expect(off.body).toMatchObject({ enabled: false, events: ['finished'], branches: ['main'] })
  expect(codeOf(await it.request(ownerToken, 'POST', replay))).toBe('notification_disabled')
  const { rows } = await it.server.pool.query(
    "select action from audit_events where action like 'notification.%' and created_at > now() - interval '1 minute' order by created_at desc limit 4",
  )
  expect(rows.map(({ action }) => action)).toEqual([
    'notification.changed',
    'notification.secret_rotated',
    'notification.replayed',
    'notification.created',
  ])
  await remove(id)
  const stored = await it.server.pool.query('select 1 from notification_deliveries where notification_id = $1', [id])
  expect(stored.rowCount).toBe(0)
})

test('G127 a delivery is sent again while the notification is sending, without a deadlock', async () => {
  const slug = await it.newPipeline()
  const { notification } = await newNotification(it, { url: receiver.url })
  await endedBuild(it, slug, 0)
  const [logged] = await until(
    () => logOf(it, notification.id),
    ([one]) => one?.state === 'sent',
  )
  const sender = await it.server.pool.connect()
  try {
    // A sender locks the notification first, then its delivery.
    await sender.query('begin')
    await sender.query('select from notifications where id = $1 for update', [notification.id])
    const again = it.request(ownerToken, 'POST', `${path}/${notification.id}/deliveries/${logged?.id}/replay`)
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and query like 'update notifications set retry_at = null%'`
    await until(
      () => it.server.pool.query(waiting),
      ({ rowCount }) => rowCount === 1,
    )
    await sender.query('update notification_deliveries set attempts = attempts where id = $1', [logged?.id])
    await sender.query('commit')
    expect((await again).status).toBe(202)
  } finally {
    sender.release(true)
  }
  await remove(notification.id)
})
