import { join } from 'node:path'
import process from 'node:process'
import { until } from '@harmont/test-kit/until'
import pg from 'pg'
import { expect, test } from 'vitest'
import { ownerToken, testServer } from '../testing/server.ts'
import { runningPostmaster } from './database/embedded/postmaster.ts'
import { translateFault } from './translate-fault.ts'

const it = testServer({}, { ownPostgres: true })

test('a fault of the server is not reported as an unavailable database', () => {
  expect(translateFault(new TypeError('x is not a function'))).toBeNull()
  expect(translateFault(Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' }))).toBeNull()
  expect(translateFault(Object.assign(new Error('syntax error'), { code: '42601' }))).toBeNull()
  expect(translateFault(Object.assign(new Error('full'), { code: 'ENOSPC' }))?.code).toBe('service_unavailable')
  expect(translateFault(Object.assign(new Error('held up'), { code: '25P03' }))?.status).toBe(503)
})

test('a caller whose account is removed during the request gets 401, and a deadlock gets 503', async () => {
  const gone = it.server.pool.query(
    "insert into memberships (organization_id, user_id, role) select id, gen_random_uuid(), 'member' from organizations",
  )
  expect(translateFault(await gone.catch((error) => error))?.code).toBe('unauthorized')
  const elsewhere = it.server.pool.query(
    "insert into pipelines (id, organization_id, slug, name, repository, default_branch) values (gen_random_uuid(), gen_random_uuid(), 'a', 'a', 'a', 'a')",
  )
  expect(translateFault(await elsewhere.catch((error) => error))).toBeNull()
  expect(translateFault(Object.assign(new Error('deadlock detected'), { code: '40P01' }))?.status).toBe(503)
})

test('a request that outlives its server gets 503', async () => {
  const pool = new pg.Pool()
  await pool.end()
  expect(translateFault(await pool.query('select 1').catch((error: unknown) => error))?.status).toBe(503)
})

// This test is the last one, because a connection of the pool may still break after it.
test('G02 while the database is killed under load, no request gets a 500, and the server recovers automatically', async () => {
  const slug = await it.newPipeline()
  const paths = ['/api/v0/user', '/api/v0/organizations', `/api/v0/organizations/default/pipelines/${slug}/builds`]
  const statuses = new Map<number, number>()
  let isOver = false
  let answered = 0
  const ask = async (path: string) => {
    while (!isOver) {
      const { status } = await it.request(ownerToken, 'GET', path)
      answered += 1
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  const asking = [...paths, ...paths].map(ask)
  for (let kill = 0; kill < 2; kill += 1) {
    const before = answered
    await until(() => answered > before + 60)
    process.kill((await runningPostmaster(join(it.dataDirectory, 'database'))) ?? Number.NaN, 'SIGKILL')
    await expect.poll(async () => (await it.request(ownerToken, 'GET', '/api/v0/user')).status).toBe(200)
  }
  isOver = true
  await Promise.all(asking)
  expect([...statuses.keys()].sort()).toEqual([200, 503])
})
