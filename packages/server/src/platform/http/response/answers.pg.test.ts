import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caller } from '../testing/client.ts'
import { memberToken, startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const call = caller(() => server.url)
const builds = '/api/v0/organizations/acme/pipelines/ci/builds'

describe('answers', () => {
  it('have the envelope with documentation, request id and headers on every error', async () => {
    const answer = await call('GET', '/api/v0/user', undefined, undefined, {
      'x-request-id': 'my-own-request-id-12345',
    })
    expect(answer.json).toEqual({
      error: {
        type: 'unauthorized',
        code: 'unauthorized',
        message: expect.stringContaining('Authorization'),
        doc_url: 'https://harmont.example/docs/errors/unauthorized',
        request_id: 'my-own-request-id-12345',
      },
    })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-request-id': 'my-own-request-id-12345',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'strict-transport-security': 'max-age=63072000',
      'content-type': 'application/json; charset=utf-8',
    })
  })

  it('get a new request id if the client sent none or a malformed one', async () => {
    for (const id of ['short', 'has space in the middle of it', 'x'.repeat(201)]) {
      const { headers } = await call('GET', '/api/v0/ping', undefined, undefined, { 'x-request-id': id })
      expect(headers.get('x-request-id')).toMatch(/^req_[0-9A-Z]{26}$/)
    }
  })

  it('to HEAD are like those to GET, without a body and without opening a stream', async () => {
    const get = await call('GET', builds, memberToken)
    const head = await call('HEAD', builds, memberToken)
    expect([head.status, head.text, head.headers.get('content-length')]).toEqual([
      200,
      '',
      String(Buffer.byteLength(get.text)),
    ])
    expect((await call('HEAD', '/v0/jobs/x/logs?token=t')).headers.get('content-type')).toBe(
      'text/event-stream; charset=utf-8',
    )
  })

  it('of /api/v1 are like those of /api/v0, with added ids', async () => {
    const v0 = (await call('GET', '/api/v0/user', memberToken)).json
    expect(v0).not.toHaveProperty('id')
    expect((await call('GET', '/api/v1/user', memberToken)).json).toEqual({ ...v0, id: v0.uuid })
    expect((await call('GET', builds.replace('v0', 'v1'), memberToken)).json).toEqual(
      (await call('GET', builds, memberToken)).json,
    )
    expect((await call('GET', '/v1/jobs/x/logs.txt')).text).toBe('log')
    expect((await call('GET', '/v1/healthz')).status).toBe(404)
  })

  it('contain the details of an error', async () => {
    const answer = await call('GET', '/readyz')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(answer.json.error.checks).toEqual({ database: { ok: false, message: 'down' } })
  })

  it('have code and message at top level on errors of log streams', async () => {
    const answer = await call('GET', '/v0/jobs/x/logs')
    expect(answer.json).toMatchObject({
      code: 'log_stream_unauthorized',
      message: 'A token is needed.',
      error: { code: 'log_stream_unauthorized' },
    })
  })

  it('include the contract without internal operations, and all of it on request', async () => {
    const some = await call('GET', '/api/v0/openapi.json')
    expect(some.json.servers).toEqual([{ url: 'https://harmont.example' }])
    expect(some.json.paths).toHaveProperty('/api/v0/ping')
    expect(some.text).not.toContain('authGoogle')
    expect((await call('GET', '/api/v0/openapi.json?view=full')).text).toContain('authGoogle')
    expect((await call('GET', '/api/v0/openapi.json?view=x')).json.error.code).toBe('query_invalid')
    expect(some.headers.get('cache-control')).toBe('public, max-age=300')
    const again = await call('GET', '/api/v0/openapi.json', undefined, undefined, {
      'if-none-match': some.headers.get('etag') ?? '',
    })
    expect([again.status, again.text]).toEqual([304, ''])
  })

  it('never put a credential or a token of the query into the log', async () => {
    await call('GET', '/v0/jobs/x/logs.txt?token=secret-log-token', 'secret-bearer')
    await call('GET', '/nothing?token=secret-log-token', 'secret-bearer')
    await call('GET', '/%ff?token=secret-log-token', 'secret-bearer')
    expect(server.lines.length).toBeGreaterThan(2)
    expect(server.lines.join('')).not.toContain('secret-')
  })
})
