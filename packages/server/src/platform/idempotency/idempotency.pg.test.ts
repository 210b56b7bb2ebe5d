/**
 * `Idempotency-Key` over HTTP, with keys in a real database and an operation whose effect is a row.
 */
import { createHash, randomUUID } from 'node:crypto'
import { until } from '@harmont/test-kit/until'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { testServer } from '../../testing/server.ts'
import { transaction } from '../database/transaction.ts'
import { apiError, scopedOperation } from '../http/index.ts'
import { caller } from '../http/testing/client.ts'
import { build, userId } from '../http/testing/handlers.ts'
import { memberToken, ownerToken, startTestServer, strangerToken, type TestServer } from '../http/testing/server.ts'
import { idempotencyKeys } from './idempotency-keys.ts'
import { removeOldKeys } from './store.ts'

const it = testServer()
const log = pino({ level: 'silent' })
const builds = '/api/v0/organizations/acme/pipelines/ci/builds'
const body = (branch = 'main') => JSON.stringify({ branch, commit: 'abc', source_b64: 'QUJD' })

/** The continuation of the operation after it has created its row. */
let hooks = { gate: () => {}, beforeKeep: async () => {}, afterCommit: async () => {} }
const noHooks = hooks
let server: TestServer
const createBuild = scopedOperation('createBuild', {
  resolve: async () => hooks.gate(),
  async handle({ body: { branch }, idempotency }) {
    if (branch === 'refused') throw apiError('build_invalid', 'No such branch.')
    await hooks.beforeKeep()
    const number = await transaction(it.server.pool, async (client) => {
      const { rows } = await client.query<{ number: number }>('insert into effects default values returning number')
      const made = rows[0]?.number ?? 0
      await idempotency?.keep(client, `${made}`)
      return made
    })
    await hooks.afterCommit()
    return { status: 201, body: { ...build, number }, headers: { location: `/builds/${number}` } }
  },
  replay: async (subject) => ({ status: 201, body: { ...build, number: Number(subject) } }),
})

beforeAll(async () => {
  const { pool } = it.server
  await pool.query('create table effects (number serial primary key)')
  await pool.query("insert into users (id, email, name) values ($1, 'keys@example.com', 'keys')", [userId])
  server = await startTestServer({ createBuild }, {}, { idempotencyKeys: idempotencyKeys(pool, log) })
})
afterAll(() => server.close())
beforeEach(() => {
  hooks = noHooks
})

const call = caller(() => server.url)
const ask = (key: string, text = body(), path = builds, token = memberToken) =>
  call('POST', path, token, text, { 'idempotency-key': key })
const outcome = ({ status, json, headers }: Awaited<ReturnType<typeof ask>>) => [
  status,
  json.error?.code ?? (headers.get('idempotent-replayed') === 'true' ? 'again' : 'first'),
]

async function effects(): Promise<number> {
  const { rows } = await it.server.pool.query<{ count: number }>('select count(*)::int from effects')
  return rows[0]?.count ?? 0
}

/**
 * Simulates a process that took the key, reached this point and was killed. The lease of the killed
 * process is still valid.
 */
async function diedHolding(key: string, made: number | null): Promise<void> {
  const { pool } = it.server
  const dead = idempotencyKeys(pool, log)
  const claim = await dead.claim({ userId, operationId: 'createBuild', key })
  if (claim.kind !== 'ours') throw new Error(`the key is ${claim.kind}`)
  const hash = createHash('sha256').update(`POST ${builds}\n${body()}`).digest('hex')
  if (made !== null) await transaction(pool, (client) => claim.attempt.keep(client, `${made}`, hash))
}

const endLease = (key: string) =>
  it.server.pool.query('update idempotency_keys set lease_until = now() where key = $1', [key])

describe('Idempotency-Key', () => {
  test('20 equal concurrent requests have one effect; each gets its response or a request to retry', async () => {
    const before = await effects()
    const key = randomUUID()
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(key)))
    expect(await effects()).toBe(before + 1)
    const first = answers.filter((answer) => outcome(answer)[1] === 'first')
    expect(first).toHaveLength(1)
    for (const answer of answers)
      if (answer.status === 409) {
        expect(answer.json.error.code).toBe('idempotency_key_in_progress')
        expect(answer.headers.get('retry-after')).toBe('5')
      } else expect([answer.status, answer.text]).toEqual([201, first[0]?.text])
    const later = await ask(key)
    expect(outcome(later)).toEqual([201, 'again'])
    expect([later.text, later.headers.get('location')]).toEqual([first[0]?.text, first[0]?.headers.get('location')])
    expect(await effects()).toBe(before + 1)
  })

  test('gets a request to retry while the first request still runs, even after its effect', async () => {
    const key = randomUUID()
    const inside: unknown[] = []
    const look = async () => {
      inside.push(outcome(await ask(key)))
    }
    hooks = { ...noHooks, beforeKeep: look, afterCommit: look }
    expect(outcome(await ask(key))).toEqual([201, 'first'])
    expect(inside).toEqual(Array(2).fill([409, 'idempotency_key_in_progress']))
  })

  test('is valid within its operation, in both versions of the API, for one path and body', async () => {
    const key = randomUUID()
    expect(outcome(await ask(key))).toEqual([201, 'first'])
    expect(outcome(await ask(key, body(), builds.replace('v0', 'v1')))).toEqual([201, 'again'])
    for (const [text, path] of [
      [body('other'), builds],
      [body().replace('QUJD', 'QUJE'), builds],
      ['not json', builds],
      [body(), builds.replace('/ci/', '/other/')],
    ] as const)
      expect(outcome(await ask(key, text, path))).toEqual([422, 'idempotency_key_reused'])
    expect(outcome(await ask(key))).toEqual([201, 'again'])
    const bySource = '/api/v0/organizations/acme/builds'
    expect(
      outcome(await ask(key, JSON.stringify({ ...JSON.parse(body()), repo_name: 'a/b', source_slug: 'ci' }), bySource)),
    ).toEqual([201, 'first'])
  })

  test('of another user is another key', async () => {
    const { id } = await it.newUser('other-keys')
    const key = randomUUID()
    expect(outcome(await ask(key))).toEqual([201, 'first'])
    const claim = await idempotencyKeys(it.server.pool, log).claim({ userId: id, operationId: 'createBuild', key })
    expect(claim).toMatchObject({ kind: 'ours', kept: null })
    if (claim.kind === 'ours') await claim.attempt.release()
  })

  test('must be 1 to 255 visible ASCII characters, which is checked after the tenancy', async () => {
    for (const key of ['', 'a b', 'x'.repeat(256), 'é', 'a, b'])
      expect(outcome(await ask(key))).toEqual([400, 'idempotency_key_invalid'])
    expect(outcome(await ask(`~!${'x'.repeat(253)}`))).toEqual([201, 'first'])
    expect(outcome(await ask('', body(), builds, strangerToken))).toEqual([404, 'organization_not_found'])
  })

  test('replays a refusal, but no fault and no limit', async () => {
    const refused = randomUUID()
    const first = await ask(refused, body('refused'))
    const again = await ask(refused, body('refused'))
    expect([outcome(first), outcome(again)]).toEqual(Array(2).fill([422, 'build_invalid']))
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true'])
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    for (const fault of [
      new Error('a fault'),
      apiError('rate_limited', 'Too many.'),
      apiError('service_unavailable', 'Down.'),
    ]) {
      const key = randomUUID()
      hooks = { ...noHooks, beforeKeep: () => Promise.reject(fault) }
      expect((await ask(key)).status).toBeGreaterThanOrEqual(429)
      hooks = noHooks
      expect(outcome(await ask(key))).toEqual([201, 'first'])
    }
  })

  test('that is known gets its response before the gates, and a refusal by a gate leaves no trace', async () => {
    const [known, fresh] = [randomUUID(), randomUUID()]
    expect(outcome(await ask(known))).toEqual([201, 'first'])
    const closed = () => {
      throw apiError('billing_insufficient_balance', 'No money.')
    }
    hooks = { ...noHooks, gate: closed }
    expect(outcome(await ask(known))).toEqual([201, 'again'])
    expect(outcome(await ask(fresh))).toEqual([402, 'billing_insufficient_balance'])
    hooks = noHooks
    expect(outcome(await ask(fresh))).toEqual([201, 'first'])
    expect(outcome(await ask(known, body(), builds, ownerToken))).toEqual([201, 'again'])
  })

  test('a fault after the effect does not cause a second effect', async () => {
    const key = randomUUID()
    const before = await effects()
    hooks = { ...noHooks, afterCommit: () => Promise.reject(new Error('a fault')) }
    expect((await ask(key)).status).toBe(500)
    hooks = noHooks
    expect(outcome(await ask(key))).toEqual([201, 'again'])
    expect(await effects()).toBe(before + 1)
  })

  test('of a process that was killed after its effect gets the recorded response after the lease expires', async () => {
    const key = randomUUID()
    const before = await effects()
    await diedHolding(key, 4711)
    expect(outcome(await ask(key))).toEqual([409, 'idempotency_key_in_progress'])
    await endLease(key)
    expect(outcome(await ask(key, body('other')))).toEqual([422, 'idempotency_key_reused'])
    const answers = await Promise.all([ask(key), ask(key), ask(key)])
    const later = await ask(key)
    for (const answer of [...answers.filter(({ status }) => status !== 409), later]) {
      expect(outcome(answer)).toEqual([201, 'again'])
      expect(JSON.parse(answer.text).number).toBe(4711)
    }
    expect(await effects()).toBe(before)
  })

  test('of a process that was killed before its effect is free after the lease expires', async () => {
    const key = randomUUID()
    await diedHolding(key, null)
    expect(outcome(await ask(key))).toEqual([409, 'idempotency_key_in_progress'])
    await endLease(key)
    expect(outcome(await ask(key))).toEqual([201, 'first'])
  })

  test('of a request that failed without the database is free once the database is back, before its lease ends', async () => {
    const { pool } = it.server
    const impatient = new pg.Pool({ ...pool.options, options: '-c lock_timeout=50' })
    onTestFinished(() => impatient.end())
    const key = { userId, operationId: 'createBuild', key: randomUUID() } as const
    const claim = await idempotencyKeys(impatient, log).claim(key)
    if (claim.kind !== 'ours') throw new Error(`the key is ${claim.kind}`)
    await pool.query("update idempotency_keys set lease_until = now() + interval '1 hour' where key = $1", [key.key])
    await transaction(pool, async (client) => {
      await client.query('select from idempotency_keys where key = $1 for update', [key.key])
      await expect(claim.attempt.release()).rejects.toThrow('lock timeout')
    })
    const keys = idempotencyKeys(pool, log)
    expect(await keys.claim(key)).toMatchObject({ kind: 'running' })
    const kind = await until(
      async () => (await keys.claim(key)).kind,
      (each) => each !== 'running',
    )
    expect(kind).toBe('ours')
  })

  test('that was taken over rolls back the slower effect', async () => {
    const key = randomUUID()
    const before = await effects()
    let taker: unknown
    hooks = {
      ...noHooks,
      async beforeKeep() {
        hooks = noHooks
        await endLease(key)
        taker = outcome(await ask(key))
      },
    }
    expect(outcome(await ask(key))).toEqual([409, 'idempotency_key_in_progress'])
    expect(taker).toEqual([201, 'first'])
    expect(await effects()).toBe(before + 1)
    expect(outcome(await ask(key))).toEqual([201, 'again'])
  })

  test('expires after 24 hours, even before the sweep', async () => {
    const { pool } = it.server
    const age = (key: string, hours: number) =>
      pool.query('update idempotency_keys set created_at = created_at - make_interval(hours => $2) where key = $1', [
        key,
        hours,
      ])
    const key = randomUUID()
    expect(outcome(await ask(key))).toEqual([201, 'first'])
    await age(key, 23)
    expect(outcome(await ask(key))).toEqual([201, 'again'])
    await age(key, 1)
    expect(outcome(await ask(key, body('other')))).toEqual([201, 'first'])
    await age(key, 24)
    expect(await removeOldKeys(pool)).toBe(1)
    expect((await pool.query('select 1 from idempotency_keys where key = $1', [key])).rowCount).toBe(0)
  })

  test('an upload is hashed as it arrives: repeating it stores nothing', async () => {
    const key = randomUUID()
    const text = body().replace('QUJD', 'QUJD'.repeat(1_000_000))
    expect(outcome(await ask(key, text))).toEqual([201, 'first'])
    const { finished, bytes } = server.sink
    expect(outcome(await ask(key, text))).toEqual([201, 'again'])
    expect(outcome(await ask(key, text.replace('QUJD"', 'QUJE"')))).toEqual([422, 'idempotency_key_reused'])
    expect([server.sink.finished, server.sink.bytes]).toEqual([finished, bytes])
  })
})
