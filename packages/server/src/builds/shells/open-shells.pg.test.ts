/** The limits, audit events and ends of open shells. */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AccessWatch } from '../../identity/access/access-watch.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { ApiError } from '../../platform/http/index.ts'
import { rawAnswer } from '../../platform/http/response/wire-errors.ts'
import { createLimiter } from '../../platform/rate-limits/limiter.ts'
import { ProcessBuckets } from '../../platform/rate-limits/process-buckets.ts'
import { ir } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { talkToProcess } from './conversation.test-support.ts'
import { type ClientShell, enterShell, Refused } from './shell-client.test-support.ts'
import { Shells } from './shells.ts'
import { insertTicket } from './ticket-store.ts'

const it = testServer()
const closing = new AbortController()
const http = createServer()
let shells: Shells
let url: string
let place: { readonly organizationId: string; readonly buildId: string; readonly jobId: string }

beforeAll(async () => {
  const { pool } = it.server
  const log = pino({ level: 'silent' })
  shells = new Shells(
    {
      ...{ pool, closing: closing.signal, log },
      accessWatch: new AccessWatch({ pool, log, everyMs: 50 }),
      limiter: createLimiter(new ProcessBuckets(), 'off'),
      openShell: async (request) => talkToProcess(request),
    },
    { pingMs: 15_000, silenceMs: 60_000, firstFrameMs: 10_000, closeMs: 200 },
  )
  http.on('upgrade', (raw, socket, head) => {
    const client = { address: '192.0.2.7', userAgent: 'hm' }
    shells.upgrade
      .enter({ raw, socket, head, client, requestId: randomUUID() })
      .catch((error: ApiError) => socket.end(rawAnswer(error, 'http://x.test')))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`
  const slug = await it.newPipeline()
  const builds = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  const made = await it.request<{ id: string }>(ownerToken, 'POST', builds, build)
  const { rows } = await pool.query("select id from organizations where slug = 'default'")
  place = { organizationId: rows[0].id, buildId: made.body.id, jobId: randomUUID() }
})
afterAll(async () => {
  closing.abort()
  await shells.ended()
  http.close()
})

/** Creates a member. Returns the ids of the user and their key. */
async function newKeyHolder(): Promise<{ readonly id: string; readonly keyId: string }> {
  const { id } = await it.newMember(`m-${randomUUID()}`)
  const { rows } = await it.server.pool.query('select id from api_keys where user_id = $1', [id])
  return { id, keyId: rows[0].id }
}

async function newToken({ id: userId, keyId }: { readonly id: string; readonly keyId: string }): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const caller = { userId, kind: 'key', credentialId: keyId } as const
  await insertTicket(it.server.pool, { ...place, tokenHash: hashToken(token), isBefore: false, caller, seconds: 60 })
  return token
}

async function enter(token: string): Promise<ClientShell> {
  const shell = await enterShell(url, token, { script: 'echo here; sleep 1000' })
  await expect.poll(() => shell.said[1]).toBe('here\n')
  return shell
}

test('an organization may have five open shells; the ticket of a sixth works once another has ended', async () => {
  const member = await newKeyHolder()
  const open = await Promise.all(Array.from({ length: 5 }, async () => enter(await newToken(member))))
  const token = await newToken(member)
  const refused = await enterShell(url, token, null).catch((error: unknown) => error)
  expect(refused).toMatchObject({ status: 429, code: 'rate_limited', headers: { 'retry-after': '30' } })
  expect(refused).toBeInstanceOf(Refused)
  expect(() => shells.requireFree(place.organizationId)).toThrow(ApiError)
  open[0]?.socket.terminate()
  await expect.poll(() => enter(token).catch(() => null)).not.toBeNull()
  await closeAll(open)
})

async function closeAll(open: readonly ClientShell[]): Promise<void> {
  for (const { socket } of open) socket.terminate()
  await Promise.all(open.map(({ closed }) => closed))
}

test.for([
  ['whose owner is a member no more', 'delete from memberships where user_id = $1'],
  ['whose key has ended', "update api_keys set expires_at = now() - interval '1 s' where user_id = $1"],
  ['whose key is revoked', 'delete from api_keys where user_id = $1'],
] as const)('a shell %s ends, and others do not', async ([, statement]) => {
  const [leaving, staying] = [await newKeyHolder(), await newKeyHolder()]
  const [ends, stays] = [await enter(await newToken(leaving)), await enter(await newToken(staying))]
  await it.server.pool.query(statement, [leaving.id])
  expect(await ends.closed).toBe(1008)
  expect(JSON.parse(ends.said[5] ?? '')).toMatchObject({ code: 'unauthorized' })
  expect(stays.socket.readyState).toBe(stays.socket.OPEN)
  await closeAll([stays])
})

test('audit events of shells record person, address, job and duration, but neither input nor output', async () => {
  const member = await newKeyHolder()
  const shell = await enterShell(url, await newToken(member), { script: 'read secret; echo "got $secret"; exit 3' })
  shell.send(0, 'hunter2\n')
  expect(await shell.closed).toBe(1000)
  expect(shell.said[1]).toBe('got hunter2\n')
  const events = async () =>
    (
      await it.server.pool.query('select * from audit_events where actor_id = $1 order by created_at, action desc', [
        member.id,
      ])
    ).rows.filter(({ action }) => action.startsWith('shell.'))
  await expect.poll(async () => (await events()).length).toBe(2)
  const [opened, ended] = await events()
  const all = { subject: place.jobId, address: '192.0.2.7', user_agent: 'hm', organization_id: place.organizationId }
  expect(opened).toMatchObject({ ...all, action: 'shell.opened', details: { build: 1, before: false } })
  const details = { build: 1, seconds: expect.any(Number), ended: { by: 'exit', code: 3 } }
  expect(ended).toMatchObject({ ...all, action: 'shell.ended', details })
  expect(JSON.stringify(await events())).not.toMatch(/hunter2|read secret/)
})

test('at the end of the drain time every shell ends with that reason', async () => {
  const shell = await enter(await newToken(await newKeyHolder()))
  closing.abort()
  await shells.ended()
  expect(await shell.closed).toBe(1001)
  expect(JSON.parse(shell.said[5] ?? '')).toMatchObject({ code: 'draining' })
})
