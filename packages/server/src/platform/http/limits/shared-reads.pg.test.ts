import { until } from '@harmont/test-kit/until'
import { expect, test } from 'vitest'
import { ownerToken, testServer } from '../../../testing/server.ts'

const it = testServer()
const path = '/api/v0/organizations/default/secrets'

/** Blocks all readers of the secrets table until its end. No background task reads this table. */
async function heldSecrets() {
  const client = await it.server.pool.connect()
  await client.query('begin; lock table secrets in access exclusive mode')
  return {
    /** Returns the number of the server's waiting connections. */
    async waiting(): Promise<number> {
      // PostgreSQL caches this view within a transaction.
      await client.query('select pg_stat_clear_snapshot()')
      const { rows } = await client.query<{ count: number }>(
        "select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
      return rows[0]?.count ?? 0
    },
    async [Symbol.asyncDispose]() {
      await client.query('rollback')
      client.release()
    },
  }
}

const asked = (signal: AbortSignal, url = path) =>
  fetch(it.server.url + url, { headers: { authorization: `Bearer ${ownerToken}` }, signal })

test('G57 a caller with many requests at once leaves database connections for others, and gets every response', async () => {
  const neighbour = await it.newUser('neighbour')
  let answers: Promise<{ readonly status: number }>[]
  {
    await using held = await heldSecrets()
    answers = Array.from({ length: 60 }, () => it.request(ownerToken, 'GET', path))
    await until(held.waiting, (count) => count === 5)
    expect((await it.request(neighbour.token, 'GET', '/api/v0/user')).status).toBe(200)
    expect(await held.waiting()).toBe(5)
  }
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200))
})

test('a waiting request that disconnects does not delay the others', async () => {
  const leaving = new AbortController()
  {
    await using held = await heldSecrets()
    const left = Array.from({ length: 60 }, () => asked(leaving.signal))
    await until(held.waiting, (count) => count === 5)
    leaving.abort()
    expect((await Promise.allSettled(left)).every(({ status }) => status === 'rejected')).toBe(true)
  }
  expect((await it.request(ownerToken, 'GET', path)).status).toBe(200)
})

test('an open stream does not occupy a turn', async () => {
  const leaving = new AbortController()
  const streams = await Promise.all(
    Array.from({ length: 8 }, () => asked(leaving.signal, '/api/v0/organizations/default/events')),
  )
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200))
  expect((await it.request(ownerToken, 'GET', path)).status).toBe(200)
  leaving.abort()
})
