/**
 * Access to shells, and the responses to other upgrade requests. `in-sandboxes.root.test.ts` tests
 * the shells themselves.
 */
import { randomUUID } from 'node:crypto'
import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { hashToken } from '../../platform/encryption/token.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, publicUrl, testServer } from '../../testing/server.ts'
import { enterShell, Refused } from './shell-client.test-support.ts'
import { removeDeadTickets } from './ticket-store.ts'

type Ticket = components['schemas']['ShellTicket']

const it = testServer()
const size = { cols: 80, rows: 24 }
const address = () => `${it.server.url.replace(/^http/, 'ws')}/api/v0/shells`

async function failedJob(): Promise<string> {
  const slug = await it.newPipeline()
  const builds = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'false' }) }
  await it.request(ownerToken, 'POST', builds, body)
  const job = await playJob(it)
  await job.end({ exitCode: 1 })
  return `${builds}/1/jobs/${job.id}/shell`
}

async function ticket(path: string, token = ownerToken): Promise<Ticket> {
  const made = await it.request<Ticket>(token, 'POST', path, {})
  expect(made.status).toBe(201)
  return made.body
}

async function refusal(url: string, token: string): Promise<unknown[]> {
  const refused = await enterShell(url, token, size).then(
    () => null,
    (error: unknown) => error,
  )
  if (!(refused instanceof Refused)) throw new Error('nothing was refused', { cause: refused })
  return [refused.status, refused.code]
}

test('a ticket has 43 characters and lasts a minute; the database has its hash, and its address is the public one', async () => {
  const { url, token, expires_at } = await ticket(await failedJob())
  expect(url).toBe(`${publicUrl.replace('http', 'ws')}/api/v0/shells`)
  expect(token).toMatch(/^[\w-]{43}$/)
  const left = Date.parse(expires_at) - Date.now()
  expect(left).toBeGreaterThan(50_000)
  expect(left).toBeLessThanOrEqual(60_000)
  const { rows } = await it.server.pool.query('select * from shell_tickets where token_hash = $1', [hashToken(token)])
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(token)
})

test("a ticket opens one connection, on either version of the API; its holder and the shell's end are recorded", async () => {
  const path = await failedJob()
  for (const version of ['v0', 'v1']) {
    const { token } = await ticket(path)
    const url = address().replace('v0', version)
    const shell = await enterShell(url, token, size, { 'x-request-id': `${version}-shell-of-the-test-0001` })
    expect(shell.socket.protocol).toBe('harmont-shell')
    // The played runner keeps no file system.
    expect(await shell.closed).toBe(1008)
    expect(JSON.parse(shell.said[5] ?? '')).toMatchObject({ code: 'snapshot_gone' })
    expect(await refusal(url, token)).toEqual([401, 'unauthorized'])
  }
  const events = async () => {
    const audit = await it.request<{ data: components['schemas']['AuditEvent'][] }>(
      ...([ownerToken, 'GET', '/api/v0/organizations/default/audit-events'] as const),
    )
    return audit.body.data.filter(({ request_id }) => request_id === 'v1-shell-of-the-test-0001')
  }
  await expect.poll(async () => (await events()).length).toBe(2)
  const [ended, opened] = (await events()).sort((a, b) => a.action.localeCompare(b.action))
  const subject = path.split('/').at(-2)
  expect(opened).toMatchObject({ action: 'shell.opened', subject, ip: '127.0.0.1', details: { build: 1 } })
  expect(ended).toMatchObject({
    action: 'shell.ended',
    details: { seconds: expect.any(Number), ended: { by: 'problem', code: 'snapshot_gone' } },
  })
})

test('a ticket opens nothing after it has expired, if it is forged, or once its key or membership has ended', async () => {
  const path = await failedJob()
  const { pool } = it.server
  expect(await refusal(address(), 'x'.repeat(43))).toEqual([401, 'unauthorized'])
  const old = await ticket(path)
  await pool.query("update shell_tickets set expires_at = now() - interval '1 s' where token_hash = $1", [
    hashToken(old.token),
  ])
  expect(await refusal(address(), old.token)).toEqual([401, 'unauthorized'])
  expect(await removeDeadTickets(pool)).toBeGreaterThan(0)
  const { id, token } = await it.newMember('guest')
  const asMember = [await ticket(path, token), await ticket(path, token)]
  await pool.query("update api_keys set expires_at = now() - interval '1 s' where user_id = $1", [id])
  expect(await refusal(address(), asMember[0]?.token ?? '')).toEqual([401, 'unauthorized'])
  await pool.query('update api_keys set expires_at = null where user_id = $1', [id])
  await pool.query('delete from memberships where user_id = $1', [id])
  expect(await refusal(address(), asMember[1]?.token ?? '')).toEqual([401, 'unauthorized'])
})

test('strangers, keys of narrow scope, jobs of other builds and unfinished jobs get no ticket', async () => {
  const path = await failedJob()
  const stranger = await it.newUser('stranger')
  const foreign = path.replace('/default/', `/${stranger.organization}/`)
  const ask = async (token: string, where: string, body: unknown = {}) => {
    const answer = await it.request(token, 'POST', where, body)
    return answer.status === 201 ? [201] : [answer.status, codeOf(answer)]
  }
  expect(await ask(stranger.token, path)).toEqual([404, 'organization_not_found'])
  expect(await ask(stranger.token, foreign)).toEqual([404, 'pipeline_not_found'])
  expect(await ask(ownerToken, path.replace(/jobs\/[^/]+/, `jobs/${randomUUID()}`))).toEqual([404, 'job_not_found'])
  expect(await ask(ownerToken, path, { before: 'yes' })).toEqual([422, 'request_invalid'])
  const narrow = await it.request<{ token: string }>(ownerToken, 'POST', '/api/v0/user/api-tokens', {
    ...{ description: 'reads', scopes: ['read'] },
  })
  expect(await ask(narrow.body.token, path)).toEqual([403, 'insufficient_scope'])
  const slug = await it.newPipeline()
  const builds = `/api/v0/organizations/default/pipelines/${slug}/builds`
  await it.request(ownerToken, 'POST', builds, { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'x' }) })
  const { body } = await it.request<{ data: { id: string }[] }>(ownerToken, 'GET', `${builds}/1/jobs`)
  const waiting = `${builds}/1/jobs/${body.data[0]?.id}/shell`
  expect(await ask(ownerToken, waiting)).toEqual([409, 'snapshot_gone'])
  expect(await ask(ownerToken, waiting, { before: true })).toEqual([201])
  await it.request(ownerToken, 'PUT', `${builds}/1/cancel`)
})

test('the `Upgrade` header is ignored on all other paths', async () => {
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
  const { request } = await import('node:http')
  const get = (path: string, method = 'GET', more = {}) =>
    new Promise<unknown[]>((resolve, reject) => {
      const asked = request(it.server.url + path, { method, headers: { ...headers, ...more } }, (response) => {
        response.resume()
        response.on('end', () => resolve([response.statusCode, response.headers['content-type']]))
      })
      asked.on('upgrade', () => reject(new Error(`${path} was upgraded`)))
      asked.on('error', reject)
      asked.end()
    })
  const json = 'application/json; charset=utf-8'
  expect(await get('/api/v0/ping')).toEqual([200, json])
  expect(await get('/nowhere')).toEqual([404, json])
  expect(await get('/api/v0/shells', 'POST')).toEqual([404, json])
  expect(await get('/api/v0/shells', 'GET', { upgrade: 'h2c' })).toEqual([404, json])
  // The right path: first without a WebSocket key, then without a token.
  expect(await get('/api/v0/shells')).toEqual([400, json])
  const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
  expect(await get('/api/v0/shells', 'GET', key)).toEqual([401, json])
})
