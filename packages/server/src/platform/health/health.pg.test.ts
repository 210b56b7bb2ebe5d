import { expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

const it = testServer()

test('liveness and readiness need no credential', async () => {
  const health = await it.request<string>(null, 'GET', '/healthz')
  expect([health.status, health.body, health.headers.get('content-type')]).toEqual([200, 'ok', 'text/plain'])
  expect((await it.request(null, 'GET', '/api/v0/ping')).body).toEqual({ status: 'ok' })
  const ready = await it.request<{ checks: object }>(null, 'GET', '/readyz')
  expect(ready.body).toMatchObject({ status: 'ready', checks: { database: { ok: true, message: null } } })
  expect(Object.keys(ready.body.checks).sort()).toEqual(['blobs', 'database', 'disk', 'migrations'])
})

test('a server whose database lacks migrations names them', async () => {
  await it.server.pool.query("delete from migrations where name like 'server/%'")
  const answer = await it.request<{ error: { checks: Record<string, { ok: boolean }> } }>(null, 'GET', '/readyz')
  expect([answer.status, codeOf(answer), answer.headers.get('retry-after')]).toEqual([503, 'not_ready', '5'])
  expect(answer.body.error.checks.migrations).toEqual({
    ok: false,
    message: expect.stringMatching(/^\d+ migrations are pending$/),
  })
  expect(answer.body.error.checks.database?.ok).toBe(true)
  expect((await it.request(ownerToken, 'GET', '/api/v0/user')).status).toBe(200)
})
