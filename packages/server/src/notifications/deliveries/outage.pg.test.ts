/** Deliveries under a simulated clock. The test runs the server's tasks as they become due. */
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createSealer } from '../../platform/encryption/seal.ts'
import { createMetrics, type Metrics } from '../../platform/metrics/metrics.ts'
import { ownerToken, publicUrl, testServer } from '../../testing/server.ts'
import { endedBuild, logOf, newNotification } from '../builds.test-support.ts'
import { type Received, type Receiver, startReceiver, verify } from '../receiver.test-support.ts'
import { tellEvent } from '../tell-event.ts'
import { Sender } from './sender.ts'

const key = 'the-key-of-this-test'
// This role has no worker: the test runs the tasks.
const it = testServer({
  HARMONT_ROLE: 'api',
  HARMONT_ENCRYPTION_KEY: key,
  HARMONT_NOTIFICATION_ALLOW: '127.0.0.1',
})
const minute = 60_000
// Ahead of the database's clock, which dates the events.
const begin = Date.now() + 10 * minute
let now = begin

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver.stop())
afterEach(async () => {
  await it.server.pool.query('delete from notifications')
  await it.server.pool.query('delete from notification_events')
})

function services() {
  const { pool } = it.server
  const log = pino({ level: 'silent' })
  const metrics = createMetrics({
    pool,
    disk: { room: { freeBytes: 1, sizeBytes: 1, freeFiles: 1 }, full: null },
    tracing: null,
    log,
  })
  const more = { sealer: createSealer(key), publicUrl, log, allowedHosts: ['127.0.0.1'], now: () => new Date(now) }
  return { pool, metrics, ...more }
}

/**
 * Returns the metrics of notifications, keyed by name without the prefix `harmont_notification`.
 */
async function toldBy({ read }: Metrics): Promise<Readonly<Record<string, number>>> {
  const { text } = await read()
  const lines = text.matchAll(/^harmont_notification(\S+) (\d+)$/gm)
  return Object.fromEntries(Array.from(lines, ([, name = '', value]) => [name, Number(value)]))
}

interface Task {
  readonly id: string
  readonly task_identifier: string
  readonly event: string
  readonly notification: string
}

/** Runs due tasks one after the other until none is left. */
async function runDue(sender: Sender): Promise<void> {
  const { pool } = it.server
  for (;;) {
    const { rows } = await pool.query<Task>(
      `select j.id, j.task_identifier, p.payload->>'event_id' as event, p.payload->>'notification_id' as notification
         from graphile_worker.jobs j join graphile_worker._private_jobs p on p.id = j.id
        where j.task_identifier in ('tell_event', 'send_notifications') and j.run_at <= $1 order by j.run_at, j.id limit 1`,
      [new Date(now)],
    )
    const [task] = rows
    if (task === undefined) return
    await pool.query('select graphile_worker.complete_jobs(array[$1::bigint])', [task.id])
    if (task.task_identifier === 'tell_event') await tellEvent(services(), task.event)
    else await sender.begin(task.notification)
    await sender.idle()
  }
}

/** Returns the time at which the server retries a receiver. */
async function nextTry(id: string): Promise<number> {
  const { rows } = await it.server.pool.query<{ run_at: Date }>(
    "select run_at from graphile_worker.jobs where key = 'send_notifications:' || $1",
    [id],
  )
  return rows[0]?.run_at.getTime() ?? 0
}

test('G126 G127 a receiver that was down for an hour then gets all messages in order, each with its key, and delays no other receiver', async () => {
  const slug = await it.newPipeline()
  const neighbour = await startReceiver()
  const { notification, secret } = await newNotification(it, { url: receiver.url })
  await newNotification(it, { url: neighbour.url })
  const own = services()
  const sender = new Sender(own)
  const isDown = () => now - begin < 60 * minute
  const taken: Received[] = []
  receiver.answer = (response, message) => {
    if (!isDown()) taken.push(message)
    response.writeHead(isDown() ? 503 : 204).end()
  }
  const numbers: number[] = []
  for (; now - begin <= 61 * minute; now += minute) {
    const isTime = now - begin < 50 * minute && (now - begin) % (10 * minute) === 0
    if (isTime) numbers.push((await endedBuild(it, slug, 0)).number)
    await runDue(sender)
    if (now === begin) expect(await nextTry(notification.id)).toBe(begin + 5_000)
    // The other receiver got each message immediately.
    expect(neighbour.received).toHaveLength(numbers.length)
  }
  expect(numbers).toHaveLength(5)
  const tries = receiver.received.length
  expect(taken).toEqual([])
  expect(await toldBy(own.metrics)).toEqual({
    ...{ s_waiting: 5, s_oldest_seconds: 0, s_failed_total: 0 },
    ...{ '_attempts_total{outcome="down"}': tries, '_attempts_total{outcome="sent"}': 5 },
  })
  expect(tries).toBeGreaterThan(5)
  expect(tries).toBeLessThan(15)
  // The receiver is back, and is retried at most half an hour after its last failure.
  for (const end = now + 30 * minute; now < end && taken.length === 0; now += minute) await runDue(sender)
  const numberOf = ({ body }: Received) => body.data.build.number
  expect(taken.map(numberOf)).toEqual(numbers)
  for (const message of taken) verify(secret, message, new Date(now))
  expect(new Set(taken.map(({ id }) => id)).size).toBe(5)
  // All attempts were for the first message, under one key.
  expect(receiver.received.slice(0, tries).map(({ id }) => id)).toEqual(Array(tries).fill(taken[0]?.id))
  const log = await logOf(it, notification.id)
  expect(log.map(({ id, state }) => [id, state])).toEqual(taken.map(({ id }) => [id, 'sent']).reverse())
  expect(log.at(-1)?.attempts).toBe(tries + 1)
  await neighbour.stop()
})

test('G126 a message whose sender was killed is sent again with its key after the claim expires, by only one process', async () => {
  const slug = await it.newPipeline()
  const fresh = await startReceiver()
  const { notification } = await newNotification(it, { url: fresh.url })
  await endedBuild(it, slug, 0)
  const killed = new Sender(services())
  const begun = Promise.withResolvers<void>()
  fresh.answer = () => begun.resolve()
  const { pool } = it.server
  const { rows } = await pool.query<{ id: string }>('select id from notification_events order by id')
  for (const { id } of rows) await tellEvent(services(), id)
  await killed.begin(notification.id)
  await begun.promise
  // The receiver is claimed, so another process does not send to it at the same time.
  const other = new Sender(services())
  await other.begin(notification.id)
  await other.idle()
  expect(fresh.received).toHaveLength(1)
  // The first sender never gets a response.
  fresh.answer = (response) => void response.end()
  now += 61_000
  await runDue(other)
  expect(fresh.received.map(({ id }) => id)).toEqual(Array(2).fill(fresh.received[0]?.id))
  expect(await logOf(it, notification.id)).toMatchObject([{ state: 'sent', attempts: 1 }])
  await fresh.stop()
  await killed.stop()
})

test('G126 a notification gets the events since its creation that it was enabled and configured for, even if they are delivered later', async () => {
  const slug = await it.newPipeline()
  const [{ notification: first }, { notification: widened }, { notification: on }] = [
    await newNotification(it, { url: receiver.url }),
    await newNotification(it, { url: receiver.url, events: ['approval'] }),
    await newNotification(it, { url: receiver.url }),
  ]
  const change = (id: string, body: object) =>
    it.request(ownerToken, 'PATCH', `/api/v0/organizations/default/notifications/${id}`, body)
  await change(on.id, { enabled: false })
  await endedBuild(it, slug, 0)
  const { notification: second } = await newNotification(it, { url: receiver.url })
  await change(widened.id, { events: ['finished'] })
  await change(on.id, { enabled: true })
  await endedBuild(it, slug, 0)
  const { rows } = await it.server.pool.query<{ id: string }>('select id from notification_events order by id')
  for (const { id } of rows) await tellEvent(services(), id)
  const counts = [first, widened, on, second].map(async ({ id }) => (await logOf(it, id)).length)
  expect(await Promise.all(counts)).toEqual([2, 1, 1, 1])
})

test('a message that is refused for a day is abandoned; a notification without a success for five days is switched off, with a mail to administrators', async () => {
  const slug = await it.newPipeline()
  const strict = await startReceiver()
  const { notification } = await newNotification(it, { url: strict.url })
  const own = services()
  const sender = new Sender(own)
  const stateOf = async () => (await logOf(it, notification.id)).map(({ state }) => state)
  strict.answer = (response, { body }) => {
    const { number } = body.data.build
    response.writeHead(number === 1 ? 400 : 200).end('x'.repeat(10_000))
  }
  await endedBuild(it, slug, 0)
  await endedBuild(it, slug, 0)
  await runDue(sender)
  expect(await stateOf()).toEqual(['sent', 'waiting'])
  expect((await logOf(it, notification.id))[1]?.last_answer).toHaveLength(2_048)
  now += 20 * 60 * minute
  await runDue(sender)
  expect(await stateOf()).toEqual(['sent', 'waiting'])
  now += 5 * 60 * minute
  await runDue(sender)
  expect(await stateOf()).toEqual(['sent', 'failed'])
  strict.answer = (response) => void response.writeHead(500).end()
  for (let day = 0; day < 6; day += 1, now += 24 * 60 * minute) {
    await endedBuild(it, slug, 0)
    await it.server.pool.query('update notification_events set at = $1 where build_id is not null', [new Date(now)])
    await runDue(sender)
  }
  const { rows } = await it.server.pool.query('select disabled_at from notifications where id = $1', [notification.id])
  expect(rows[0].disabled_at).not.toBeNull()
  const given = (await logOf(it, notification.id)).filter(({ state }) => state === 'failed')
  expect(await toldBy(own.metrics)).toMatchObject({ s_waiting: 0, s_failed_total: given.length })
  const mails = await it.server.pool.query<{ payload: { to: string; subject: string } }>(
    "select p.payload from graphile_worker.jobs j join graphile_worker._private_jobs p on p.id = j.id where j.task_identifier = 'send_mail'",
  )
  expect(mails.rows.map(({ payload }) => [payload.to, payload.subject])).toEqual([
    ['admin@localhost', '[default] A notification was switched off'],
  ])
  await strict.stop()
})
