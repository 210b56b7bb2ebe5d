/**
 * `http.md` 8.1 to 8.3 against a real server: tokens, resumption of streams, ranges; and the source
 * archive of 1.1.
 */
import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeLogToken } from '../../streams/logs/log-token.ts'
import { ir, type PlayedJob, playJob } from '../runner.ts'
import { ownerToken, testServer } from '../server.ts'
import { expectRefusal } from './refusal.ts'

const secret = 'the-log-token-secret-of-tests'
const it = testServer({ HARMONT_LOG_TOKEN_SECRET: secret })
const nilUuid = '00000000-0000-4000-8000-000000000000'
let ended: PlayedJob
let other: PlayedJob
let strangerToken: string

beforeAll(async () => {
  const slug = await it.newPipeline()
  const builds = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  const newJob = async (upload: object) => {
    await it.request(ownerToken, 'POST', builds, { ...body, ...upload })
    return playJob(it)
  }
  ended = await newJob({ source_b64: 'QUJD' })
  other = await newJob({})
  await ended.log(['one\n', 'two\n'])
  await ended.end()
  await other.end()
  strangerToken = (await it.newUser('stranger')).token
})

const sign = (payload: string) => createHmac('sha256', secret).update(payload).digest('base64url')
const sealed = (claims: unknown) => {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${payload}.${sign(payload)}`
}
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600
const right = () => makeLogToken(secret, ended.buildId, new Date()).token

describe.for(['logs', 'logs.txt'])('a token of %s', (kind) => {
  const path = (token?: string, id = ended.id) =>
    `/v0/jobs/${id}/${kind}${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`
  const unauthorized = { status: 401, code: 'log_stream_unauthorized' } as const
  const forbidden = { status: 403, code: 'log_stream_forbidden' } as const

  test.for<readonly [what: string, token: () => string]>([
    ['empty', () => ''],
    ['no token', () => 'x'],
    ['U+0000', () => '\0'],
    ['a dot', () => '.'],
    ['without its signature', () => right().split('.')[0] ?? ''],
    ['with a third part', () => `${right()}.x`],
    ['with a cut signature', () => right().slice(0, -1)],
    ['with padding', () => `${right()}=`],
    ['signed with another secret', () => makeLogToken('another', ended.buildId, new Date()).token],
    [
      'for another build under this signature',
      () => `${sealed({ build: nilUuid, exp: inAnHour() }).split('.')[0]}.${right().split('.')[1]}`,
    ],
    ['expired', () => makeLogToken(secret, ended.buildId, new Date(Date.now() - 3_601_000)).token],
    ['that ends at a fraction of a second', () => sealed({ build: ended.buildId, exp: inAnHour() + 0.5 })],
    ['that ends at a text', () => sealed({ build: ended.buildId, exp: String(inAnHour()) })],
    ['that does not end', () => sealed({ build: ended.buildId })],
    ['without a build', () => sealed({ exp: inAnHour() })],
    ['of null', () => sealed(null)],
    ['of a sealed text that is no JSON', () => `x.${sign('x')}`],
  ])('%s: 401, also with a good credential, and before 403', async ([, token]) => {
    await expectRefusal(it, { path: path(token()), token: null, ...unauthorized })
    await expectRefusal(it, { path: path(token()), ...unauthorized })
    await expectRefusal(it, { path: path(token(), nilUuid), token: null, ...unauthorized })
  })

  test('absent, with no credential or an unknown one: 401 before 403', async () => {
    for (const id of [ended.id, nilUuid, 'x']) {
      await expectRefusal(it, { path: path(undefined, id), token: null, ...unauthorized })
      await expectRefusal(it, { path: path(undefined, id), token: 'unknown', ...unauthorized })
    }
  })

  test('passed twice is refused', async () => {
    const twice = `${path(right())}&token=${right()}`
    await expectRefusal(it, { path: twice, token: null, status: 400, code: 'query_invalid', field: 'token' })
  })

  test('valid for another build: 403 with the same body, whether or not the job exists', async () => {
    const bodies = new Set<string>()
    for (const id of [other.id, nilUuid, 'x', '%00', "'--", ended.buildId]) {
      for (const by of [{ path: path(right(), id), token: null }, { path: path(right(), id) }])
        bodies.add(JSON.stringify({ ...(await expectRefusal(it, { ...by, ...forbidden })).error, request_id: '' }))
    }
    for (const id of [ended.id, nilUuid, 'x']) {
      const { error } = await expectRefusal(it, { path: path(undefined, id), token: strangerToken, ...forbidden })
      bodies.add(JSON.stringify({ ...error, request_id: '' }))
    }
    expect([...bodies]).toHaveLength(1)
  })

  test('valid, and a member without one: 200', async () => {
    expect((await it.request(null, 'GET', path(right()))).status).toBe(200)
    expect((await it.request(null, 'GET', path(right(), ended.id.toUpperCase()))).status).toBe(200)
    expect((await it.request(ownerToken, 'GET', path())).status).toBe(200)
  })
})

describe('where a stream resumes', () => {
  const read = async (headers: Readonly<Record<string, string>>, query = '') => {
    const answer = await it.request<string>(
      null,
      'GET',
      `/v0/jobs/${ended.id}/logs?token=${right()}${query}`,
      undefined,
      headers,
    )
    return [...answer.body.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq))
  }
  test.for([
    ['0', [1, 2]],
    ['1', [2]],
    ['2', []],
    ['3', []],
    ['01', [2]],
    ['99999999999999', []],
    ['99999999999999999999999999', []],
    ['-1', [1, 2]],
    ['1.5', [1, 2]],
    ['1e1', [1, 2]],
    ['0x1', [1, 2]],
    ['x', [1, 2]],
    ['1 1', [1, 2]],
  ] as const)('after %s: %j', async ([id, seqs]) => {
    expect(await read({ 'last-event-id': id })).toEqual(seqs)
    expect(await read({}, `&last_event_id=${encodeURIComponent(id)}`)).toEqual(seqs)
    expect(await read({ 'last-event-id': id }, '&last_event_id=1')).toEqual(seqs)
  })

  test('after U+0000 in the query: from the start', async () => {
    expect(await read({}, '&last_event_id=%00')).toEqual([1, 2])
  })
})

/** The responses to ranges of eight bytes. */
const ranges: readonly (readonly [range: string, status: number, contentRange: string | null])[] = [
  ['bytes=0-', 206, 'bytes 0-7/8'],
  ['bytes=0-0', 206, 'bytes 0-0/8'],
  ['bytes=7-', 206, 'bytes 7-7/8'],
  ['bytes=2-99', 206, 'bytes 2-7/8'],
  ['bytes=-3', 206, 'bytes 5-7/8'],
  ['bytes=-99', 206, 'bytes 0-7/8'],
  ['bytes=8-', 416, 'bytes */8'],
  ['bytes=8-9', 416, 'bytes */8'],
  ['bytes=-0', 416, 'bytes */8'],
  ['bytes=999999999999999-', 416, 'bytes */8'],
  ['bytes=99999999999999999999-', 416, 'bytes */8'],
  ['Bytes=0-3', 206, 'bytes 0-3/8'],
  ['bytes=5-2', 200, null],
  ['bytes=0-1,4-5', 200, null],
  ['bytes=-', 200, null],
  ['bytes=x-', 200, null],
  ['bytes 0-1', 200, null],
  ['lines=0-1', 200, null],
  ['', 200, null],
]

describe('a range of a complete log', () => {
  test.for(ranges)('%s', async ([range, status, contentRange]) => {
    const path = `/v0/jobs/${ended.id}/logs.txt?token=${right()}`
    const answer = await it.request<unknown>(null, 'GET', path, undefined, { range })
    expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange])
    if (status === 416)
      await expectRefusal(it, { path, token: null, headers: { range }, status, code: 'range_not_satisfiable' })
  })

  test('meta accepts only 0 and 1', async () => {
    const path = `/v0/jobs/${ended.id}/logs.txt?token=${right()}&meta=2`
    await expectRefusal(it, { path, token: null, status: 400, code: 'query_invalid', field: 'meta' })
  })
})

describe('a source archive', () => {
  const path = (id: string) => `/api/v0/internal/builds/${id}/source.tar.gz`
  const unauthorized = { status: 401, code: 'unauthorized' } as const

  test('is 401 without a token, 404 without a build, 401 with a wrong token', async () => {
    const absent = new Set<string>()
    for (const id of [nilUuid, 'x', '%00', 'x'.repeat(300)]) {
      await expectRefusal(it, { path: path(id), token: null, ...unauthorized })
      const { error } = await expectRefusal(it, { path: path(id), token: 'x', status: 404, code: 'source_not_found' })
      absent.add(JSON.stringify({ ...error, request_id: '' }))
    }
    expect([...absent]).toHaveLength(1)
    for (const job of [ended, other]) {
      await expectRefusal(it, { path: path(job.buildId), token: null, ...unauthorized })
      for (const token of ['x', ownerToken])
        await expectRefusal(it, { path: path(job.buildId), token, ...unauthorized })
    }
  })
})
