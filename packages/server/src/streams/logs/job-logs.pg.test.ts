import { randomUUID } from 'node:crypto'
import type { components } from '@harmont/contract'
import { until } from '@harmont/test-kit/until'
import { expect, test } from 'vitest'
import { heldBytes } from '../../testing/held-bytes.ts'
import { ir, type PlayedJob, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { makeLogToken } from './log-token.ts'

type Job = components['schemas']['Job']
const secret = 'the-log-token-secret-of-tests'
const it = testServer({ HARMONT_LOG_TOKEN_SECRET: secret })
const organization = '/api/v0/organizations/default'

interface Running extends PlayedJob {
  readonly path: string
  readonly token: string
}

async function newJob(): Promise<Running> {
  const slug = await it.newPipeline()
  const path = `${organization}/pipelines/${slug}/builds`
  await it.request(ownerToken, 'POST', path, {
    branch: 'main',
    commit: 'c',
    pipeline_ir: ir({ key: 'a', cmd: 'true' }),
  })
  const { body } = await it.request<{ token: string }>(ownerToken, 'GET', `${path}/1/log-token`)
  return { ...(await playJob(it)), path: `${path}/1`, token: body.token }
}

interface Event {
  readonly id: string | null
  readonly event: string
  readonly data: string
}

/** Reads a stream until `isEnough` returns true. */
async function readEvents(
  path: string,
  headers: Record<string, string> = {},
  isEnough: (events: readonly Event[]) => boolean = () => false,
): Promise<readonly Event[]> {
  const abort = new AbortController()
  const response = await fetch(it.server.url + path, { headers, signal: abort.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const events: Event[] = []
  let text = ''
  for await (const bytes of response.body ?? []) {
    text += Buffer.from(bytes).toString()
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    events.push(...parts.filter((part) => !part.startsWith(':')).map(parseEvent))
    if (isEnough(events)) break
  }
  abort.abort()
  return events
}

function parseEvent(part: string): Event {
  const fields = new Map(part.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]))
  return { id: fields.get('id') ?? null, event: fields.get('event') ?? '', data: fields.get('data') ?? '' }
}

function seqs(events: readonly Event[]): readonly number[] {
  return events.flatMap(({ event, data }) => {
    if (event === 'chunk') return [(JSON.parse(data) as { seq: number }).seq]
    if (event !== 'history') return []
    return (JSON.parse(data) as { chunks: { seq: number }[] }).chunks.map(({ seq }) => seq)
  })
}

const texts = (count: number) => Array.from({ length: count }, (_, n) => `line ${n}\n`)
const isDone = (events: readonly Event[]) => events.at(-1)?.event === 'done'

test('a log is refused with 401 before 403, with code and message also at the top level', async () => {
  const job = await newJob()
  const other = await newJob()
  const stranger = await it.newUser('log-stranger')
  for (const kind of ['logs', 'logs.txt']) {
    const ask = async (id: string, token: string | null, query = '') => {
      const answer = await it.request<{ code?: string; error: { code: string } }>(
        token,
        'GET',
        `/v0/jobs/${id}/${kind}${query}`,
      )
      expect(answer.body.code).toBe(answer.body.error.code)
      return [answer.status, codeOf(answer)]
    }
    expect(await ask(job.id, null)).toEqual([401, 'log_stream_unauthorized'])
    expect(await ask('malformed', null)).toEqual([401, 'log_stream_unauthorized'])
    expect(await ask(job.id, null, '?token=forged.token')).toEqual([401, 'log_stream_unauthorized'])
    expect(await ask(job.id, ownerToken, '?token=')).toEqual([401, 'log_stream_unauthorized'])
    expect(await ask(job.id, 'unknown-key')).toEqual([401, 'log_stream_unauthorized'])
    const expired = makeLogToken(secret, job.buildId, new Date(Date.now() - 3_700_000)).token
    expect(await ask(job.id, null, `?token=${expired}`)).toEqual([401, 'log_stream_unauthorized'])
    expect(await ask(job.id, null, `?token=${other.token}`)).toEqual([403, 'log_stream_forbidden'])
    expect(await ask(job.id, ownerToken, `?token=${other.token}`)).toEqual([403, 'log_stream_forbidden'])
    expect(await ask(job.id, stranger.token)).toEqual([403, 'log_stream_forbidden'])
    expect(await ask('malformed', ownerToken)).toEqual([403, 'log_stream_forbidden'])
    expect(await ask('00000000-0000-4000-8000-000000000000', ownerToken)).toEqual([403, 'log_stream_forbidden'])
  }
})

test('a log token is for its build, and expires at a whole second', async () => {
  const { path, buildId } = await newJob()
  expect((await it.request(null, 'GET', `${path}/log-token`)).status).toBe(401)
  const { body } = await it.request<{ token: string; expires_at: string }>(ownerToken, 'GET', `${path}/log-token`)
  expect(body.expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  const claims = JSON.parse(Buffer.from(body.token.split('.')[0] ?? '', 'base64url').toString())
  expect(claims).toEqual({ build: buildId, exp: Date.parse(body.expires_at) / 1000, by: expect.any(String) })
  const key = { description: 'short', expires_at: new Date(Date.now() + 120_000).toISOString() }
  const made = await it.request<{ token: string }>(ownerToken, 'POST', '/api/v0/user/api-tokens', key)
  const short = await it.request<{ expires_at: string }>(made.body.token, 'GET', `${path}/log-token`)
  expect(short.body.expires_at).toBe(`${key.expires_at.slice(0, -5)}Z`)
})

test.for([
  ['key', 'revoked', 'delete from api_keys where id = $1'],
  ['key', 'over', 'update api_keys set expires_at = now() where id = $1'],
  ['user', 'a member no more', 'delete from memberships where user_id = (select user_id from api_keys where id = $1)'],
] as const)('G30 a log token ends with the %s that asked for it: %s', async ([, , statement]) => {
  const { path, id } = await newJob()
  const { pool } = it.server
  const { id: userId, token } = await it.newMember(`log-reader-${randomUUID()}`)
  const logToken = (await it.request<{ token: string }>(token, 'GET', `${path}/log-token`)).body.token
  const ask = async (kind: string) => {
    const answer = await fetch(`${it.server.url}/v0/jobs/${id}/${kind}?token=${logToken}`, { method: 'HEAD' })
    return answer.status
  }
  expect([await ask('logs'), await ask('logs.txt')]).toEqual([200, 200])
  await pool.query(statement, [(await pool.query('select id from api_keys where user_id = $1', [userId])).rows[0].id])
  expect([await ask('logs'), await ask('logs.txt')]).toEqual([401, 401])
})

test('the stream of an ended job is its history and `done`, even without a line', async () => {
  const job = await newJob()
  await job.log(['out\n', 'more\n'])
  await job.log(['err\n'], 1)
  await job.end()
  const events = await readEvents(`/v0/jobs/${job.id}/logs?token=${job.token}`)
  expect(events.map(({ event, id }) => [event, id])).toEqual([
    ['history', '3'],
    ['done', null],
  ])
  expect(events[0]?.data).toBe(
    '{"chunks":[{"seq":1,"stream_kind":0,"content":"out\\n","ts":1750000000000000001},' +
      '{"seq":2,"stream_kind":0,"content":"more\\n","ts":1750000000000000002},' +
      '{"seq":3,"stream_kind":1,"content":"err\\n","ts":1750000000000000003}]}',
  )
  const empty = await newJob()
  await empty.end()
  expect(await readEvents(`/v0/jobs/${empty.id}/logs`, { authorization: `Bearer ${ownerToken}` })).toEqual([
    { event: 'history', id: null, data: '{"chunks":[]}' },
    { event: 'done', id: null, data: '{}' },
  ])
})

test('the stream of a job that never ran is `done` at once', async () => {
  const slug = await it.newPipeline()
  const path = `${organization}/pipelines/${slug}/builds`
  const steps = ir({ key: 'a', cmd: 'true' })
  await it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c', pipeline_ir: steps })
  await it.request(ownerToken, 'PUT', `${path}/1/cancel`)
  const { body } = await it.request<{ data: Job[] }>(ownerToken, 'GET', `${path}/1/jobs`)
  const events = await readEvents(`/v0/jobs/${body.data[0]?.id}/logs`, { authorization: `Bearer ${ownerToken}` })
  expect(events.map(({ event }) => event)).toEqual(['history', 'done'])
})

test('a running job is followed chunk by chunk until its end', async () => {
  const job = await newJob()
  await job.log(['first\n'])
  let seen = 0
  const reading = readEvents(`/v0/jobs/${job.id}/logs?token=${job.token}`, {}, (events) => {
    seen = events.length
    return false
  })
  await until(() => seen === 1)
  await job.log(['second\n'])
  await until(() => seen === 2)
  await job.log(['third\n'])
  await until(() => seen === 3)
  await job.end()
  const events = await reading
  expect(events.map(({ event }) => event)).toEqual(['history', 'chunk', 'chunk', 'done'])
  expect(events[1]).toMatchObject({ id: '2' })
  expect(seqs(events)).toEqual([1, 2, 3])
})

test('G13 a reader that disconnects and resumes misses nothing and sees nothing twice', async () => {
  const job = await newJob()
  await job.log(texts(300))
  const path = `/v0/jobs/${job.id}/logs?token=${job.token}`
  const first = await readEvents(path, {}, (events) => seqs(events).length >= 300)
  const rest = readEvents(path, { 'last-event-id': first.at(-1)?.id ?? '' }, isDone)
  await job.log(texts(300))
  await job.end()
  const seen = [...seqs(first), ...seqs(await rest)]
  expect(seen).toEqual(Array.from({ length: 600 }, (_, index) => index + 1))
  expect(seqs(await readEvents(`${path}&last_event_id=598`))).toEqual([599, 600])
  expect(seqs(await readEvents(`${path}&last_event_id=1`, { 'last-event-id': '600' }))).toEqual([])
  for (const start of ['-5', 'x', '', '1.5'])
    expect(seqs(await readEvents(path, { 'last-event-id': start }))).toHaveLength(600)
})

test('history is sent in frames of at most 256 KiB of data, byte for byte, even if it is not UTF-8', async () => {
  const job = await newJob()
  const block = Buffer.alloc(32 * 1024, 7) // each byte is six in JSON
  await job.log(Array.from({ length: 20 }, () => block))
  await job.log([Buffer.from([0xff, 0x41])])
  await job.end()
  const events = await readEvents(`/v0/jobs/${job.id}/logs?token=${job.token}`)
  const frames = events.filter(({ event }) => event === 'history')
  expect(frames.length).toBeGreaterThan(10)
  for (const { data } of frames) expect(Buffer.byteLength(data)).toBeLessThanOrEqual(256 * 1024)
  expect(seqs(events)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1))
  const last = (JSON.parse(frames.at(-1)?.data ?? '{}') as { chunks: Record<string, unknown>[] }).chunks.at(-1)
  expect(last).toMatchObject({ content: '\ufffdA', content_b64: Buffer.from([0xff, 0x41]).toString('base64') })
})

test('G14 a reader that stops costs no memory, and gets everything when it continues', async () => {
  const job = await newJob()
  const response = await fetch(`${it.server.url}/v0/jobs/${job.id}/logs?token=${job.token}`)
  const before = heldBytes()
  const line = Buffer.alloc(32 * 1024, 'x')
  for (let n = 0; n < 24; n += 1) await job.log(Array.from({ length: 32 }, () => line))
  // 24 MiB have been written. Collected buffers are freed after a short delay.
  await until(
    () => (heldBytes() - before) / (1024 * 1024),
    (held) => held < 12,
    { restMs: 200 },
  )
  await job.end()
  let bytes = 0
  for await (const piece of response.body ?? []) bytes += piece.length
  expect(bytes).toBeGreaterThan(24 * 32 * line.length)
})

test("the text is the job's output, whole or by range, with remarks on request", async () => {
  const job = await newJob()
  await job.log(['out 1\n'])
  await job.log([Buffer.from([0xff, 0x0a])], 1)
  const path = `/v0/jobs/${job.id}/logs.txt?token=${job.token}`
  const running = await it.request<string>(null, 'GET', path)
  expect([running.status, running.headers.get('harmont-log-complete'), running.headers.get('etag')]).toEqual([
    200,
    'false',
    null,
  ])
  await job.end()
  await it.server.engine.store.logs.remark(job.id, 'a remark', Date.now())
  const response = await fetch(it.server.url + path)
  expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from('out 1\n\xff\n', 'latin1'))
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(response.headers.get('accept-ranges')).toBe('bytes')
  expect(response.headers.get('harmont-log-complete')).toBe('true')
  const etag = response.headers.get('etag') ?? ''
  expect(etag).toMatch(/^"/)
  expect((await it.request(null, 'GET', path, undefined, { 'if-none-match': etag })).status).toBe(304)
  const part = await it.request<string>(null, 'GET', path, undefined, { range: 'bytes=4-5' })
  expect([part.status, part.body, part.headers.get('content-range')]).toEqual([206, '1\n', 'bytes 4-5/8'])
  const tail = await it.request<string>(null, 'GET', path, undefined, { range: 'bytes=-4' })
  expect([tail.status, tail.headers.get('content-range')]).toEqual([206, 'bytes 4-7/8'])
  const outside = await it.request(null, 'GET', path, undefined, { range: 'bytes=8-' })
  expect([outside.status, codeOf(outside), outside.headers.get('content-range')]).toEqual([
    416,
    'range_not_satisfiable',
    'bytes */8',
  ])
  expect((await it.request<string>(null, 'GET', `${path}&meta=1`)).body).toContain('a remark')
  const head = await it.request(null, 'HEAD', path)
  expect([head.status, head.headers.get('content-length'), head.body]).toEqual([200, '8', ''])
})
