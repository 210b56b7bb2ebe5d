/**
 * Kills a server repeatedly while it sends. Each event must arrive at every receiver, under one key
 * and in order.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import type { components } from '@harmont/contract'
import { chance, scaled } from '@harmont/test-kit/effort'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migratedDatabase } from '../../testing/database.ts'
import { type ProcessOfServer, startMain, stopMain } from '../../testing/server-process.ts'
import { type Receiver, startReceiver } from '../receiver.test-support.ts'

type Schemas = components['schemas']

const kills = scaled(3, 200)
const eventsEach = 6
const { seed, isOneIn, between } = chance()
const token = 'the-bootstrap-token-of-tests'
const organization = '/api/v0/organizations/default'

let directory: string
let database: pg.Pool
let env: Readonly<Record<string, string>>
let server: ProcessOfServer
beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/harmont-notifications-killed-')
  const { url } = await migratedDatabase()
  database = new pg.Pool({ connectionString: url })
  env = {
    HARMONT_DATA_DIR: directory,
    HARMONT_DATABASE_URL: url,
    HARMONT_BOOTSTRAP_TOKEN: token,
    HARMONT_NOTIFICATION_ALLOW: '127.0.0.1',
    HARMONT_RUNNER: 'off',
    HARMONT_RATE_LIMITS: 'off',
    HARMONT_DRAIN_SECONDS: '0',
    PORT: String(await reservePort()),
  }
  server = await startMain(env)
})
afterAll(async () => {
  await stopMain(server)
  await database.end()
  await rm(directory, { recursive: true })
})

/** Sends a request to the server. Returns undefined if it was killed before its response. */
async function ask<T>(path: string, body: object): Promise<T | undefined> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  try {
    const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return (await answer.json()) as T
  } catch (error) {
    // An error without a cause is a bug of this test.
    if (error instanceof TypeError && error.cause !== undefined) return undefined
    throw error
  }
}

/**
 * Starts another server, after ending the claims and locks of the killed one, which would expire
 * within a minute.
 */
async function restart(): Promise<void> {
  await database.query('update notifications set claimed_until = least(claimed_until, now())')
  await database.query("update graphile_worker._private_jobs set run_at = now() where key like 'send_notifications:%'")
  await database.query("select graphile_worker.add_job('free_jobs_of_the_dead')")
  server = await startMain(env)
}

/**
 * Kills the server at the n-th next message of a receiver, just before or just after the response.
 */
async function killAt(receiver: Receiver, nth: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { received, answer: before } = receiver
  const at = received.length + nth
  receiver.answer = (response, message) => {
    if (received.length < at) return before(response, message)
    receiver.answer = before
    if (isOneIn(2)) response.end('ok', () => resolve())
    else resolve()
  }
  await promise
  await stopMain(server, 'SIGKILL')
}

/** Resolves once all events have become deliveries and all deliveries were sent. */
async function settled(): Promise<void> {
  const waiting = `select (select count(*) from notification_events)::int
      + (select count(*) from notification_deliveries where state = 'waiting')::int as count`
  await until(
    async () => (await database.query<{ count: number }>(waiting)).rows[0]?.count,
    (count) => count === 0,
    { timeoutMs: 120_000 + kills * 5_000 },
  )
}

test(`G126 ${kills + 1} kills of the server while it sends: each event arrives, with its key and in order (seed ${seed})`, {
  timeout: 600_000 + kills * 60_000,
}, async () => {
  const wish = { name: 'killed', repository: 'local/killed', default_branch: 'main' }
  const made = await ask<Schemas['Pipeline']>(`${organization}/pipelines`, wish)
  const builds = `${organization}/pipelines/${made?.slug}/builds`
  const receivers = [await startReceiver(), await startReceiver(), await startReceiver()] as const
  for (const { url } of receivers)
    await ask(`${organization}/notifications`, { kind: 'webhook', events: ['finished'], url })
  // The first receiver fails occasionally.
  receivers[0].answer = (response) => void response.writeHead(isOneIn(8) ? 503 : 200).end()
  // A build with an invalid plan ends at its creation.
  const broken = { branch: 'main', commit: 'c', pipeline_ir: '{"version":"0","steps":[{}]}' }
  for (let kill = 0; kill < kills; kill += 1) {
    const receiver = receivers[between(1, 2)]
    if (receiver === undefined) throw new Error('there are three receivers')
    const killed = killAt(receiver, between(1, eventsEach))
    for (let event = 0; event < eventsEach; event += 1) await ask(builds, broken)
    await killed
    await restart()
  }
  await settled()
  // No later event triggers the delivery of this one.
  const killed = killAt(receivers[1], 1)
  await ask(builds, broken)
  await killed
  await restart()
  await settled()
  const { rows } = await database.query<{ number: number }>('select number from build_records order by number')
  const numbers = rows.map(({ number }) => number)
  expect(numbers.length).toBeGreaterThan(kills)
  for (const { received } of receivers) {
    const told = received.map(({ id, body }) => ({ id, number: body.data.build.number }))
    const firsts = told.filter(({ number }, at) => told.findIndex((one) => one.number === number) === at)
    expect(firsts.map(({ number }) => number)).toEqual(numbers)
    expect(new Set(told.map(({ id, number }) => `${number} ${id}`)).size).toBe(numbers.length)
  }
  const { rows: deliveries } = await database.query('select distinct state from notification_deliveries')
  expect(deliveries).toEqual([{ state: 'sent' }])
  for (const receiver of receivers) await receiver.stop()
})
