import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memberToken, ownerToken, startTestServer, strangerToken, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

async function call(method: string, path: string, token?: string, body?: string, headers: Record<string, string> = {}) {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(server.url + path, {
    method,
    headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : null,
  }
}

const builds = '/api/v0/organizations/acme/pipelines/ci/builds'

describe('order of checks', () => {
  it('asks for the route before the credential', async () => {
    const unknown = await call('POST', '/api/v0/nothing')
    expect([unknown.status, unknown.json.error.code]).toEqual([404, 'route_not_found'])
    const wrong = await call('PATCH', builds)
    expect([wrong.status, wrong.json.error.code]).toEqual([405, 'method_not_allowed'])
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, POST')
  })

  it('asks for the credential before the body, and for a good one', async () => {
    for (const token of [undefined, 'nobody']) {
      const answer = await call('POST', builds, token, 'not json', { 'content-type': 'text/plain' })
      expect([answer.status, answer.json.error.code, answer.headers.get('www-authenticate')]).toEqual([
        401,
        'unauthorized',
        'Bearer',
      ])
    }
  })

  it('asks for the credential before an unreadable content type', async () => {
    expect((await call('POST', '/api/v0/organizations', undefined, '{}', { 'content-type': 'a;;/' })).status).toBe(401)
    expect((await call('POST', '/api/v0/organizations', ownerToken, '{}', { 'content-type': 'a;;/' })).status).toBe(415)
  })

  it('G31 answers a foreign, an absent and a malformed organization alike', async () => {
    const answers = await Promise.all([
      call('GET', builds, strangerToken),
      call('GET', '/api/v0/organizations/nobody/pipelines/ci/builds', memberToken),
      call('GET', `/api/v0/organizations/%00/pipelines/ci/builds`, memberToken),
      call('GET', `/api/v0/organizations/${'x'.repeat(300)}/pipelines/ci/builds`, memberToken),
    ])
    const bodies = answers.map(({ json }) => ({ ...json.error, request_id: '' }))
    expect(bodies[0]).toMatchObject({ code: 'organization_not_found', type: 'not_found' })
    for (const body of bodies) expect(body).toEqual(bodies[0])
  })

  it('asks for the organization, then the role, before it says that an operation is not filled', async () => {
    const path = '/api/v0/billing/checkout'
    expect((await call('POST', `${path}/acme`)).status).toBe(401)
    expect((await call('POST', `${path}/other`, memberToken)).json.error.code).toBe('organization_not_found')
    expect((await call('POST', `${path}/acme`, memberToken)).json.error.code).toBe('insufficient_org_role')
    const filled = await call('POST', `${path}/acme`, ownerToken)
    expect([filled.status, filled.json.error.type, filled.json.error.code]).toEqual([
      501,
      'server_error',
      'not_implemented',
    ])
  })

  it('asks for pipeline and gates before query and body', async () => {
    const absent = await call('POST', '/api/v0/organizations/acme/pipelines/no/builds', memberToken, 'not json')
    expect(absent.json.error.code).toBe('pipeline_not_found')
    const gated = await call('POST', '/api/v0/organizations/acme/pipelines/gate/builds', memberToken, 'not json')
    expect(gated.json.error.code).toBe('pipeline_manual_disabled')
    const query = await call('GET', '/api/v0/organizations/acme/pipelines/no/builds?limit=x', memberToken)
    expect(query.json.error.code).toBe('pipeline_not_found')
  })

  it('takes a malformed number for one that names nothing', async () => {
    for (const number of ['0', '2', '-1', '01', '1.0', '1e0', 'abc', '99999999999999999999', '%00', 'NaN']) {
      const answer = await call('GET', `${builds}/${number}`, memberToken)
      expect([number, answer.status, answer.json.error.code]).toEqual([number, 404, 'build_not_found'])
    }
    expect((await call('GET', `${builds}/1`, memberToken)).status).toBe(200)
  })

  it('asks for media type, size and JSON before the schema', async () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      call('POST', '/api/v0/organizations', memberToken, body, headers)
    expect((await post('x', { 'content-type': 'text/plain' })).json.error.code).toBe('unsupported_media_type')
    expect((await post('{}', { 'content-type': 'application/json; charset=latin1' })).json.error.code).toBe(
      'unsupported_media_type',
    )
    expect((await post('{}', { 'content-encoding': 'gzip' })).json.error.code).toBe('unsupported_media_type')
    const large = await post(`{"name":"${'x'.repeat(1024 * 1024)}"}`)
    expect([large.status, large.json.error.code, large.json.error.limit_bytes]).toEqual([
      413,
      'payload_too_large',
      1_048_576,
    ])
    expect((await post('{"name":')).json.error.code).toBe('invalid_json')
    expect((await post('\ufeff{"name":"x"}')).json.error.code).toBe('invalid_json')
    expect((await post('{"name":5}')).json.error.code).toBe('organization_invalid')
  })

  it('takes an absent body for {} whatever its content type says', async () => {
    const none = await call('POST', '/api/v0/organizations', memberToken, undefined, { 'content-type': 'text/plain' })
    expect([none.status, none.json.error.errors]).toEqual([422, [{ field: 'name', message: 'is required' }]])
    expect((await call('PUT', `${builds}/1/cancel`, memberToken)).status).toBe(200)
  })
})

describe('input', () => {
  it('coerces nothing and names every field', async () => {
    const answer = await call('POST', builds, memberToken, '{"branch":5,"env":{"A":1,"B.C":null},"unknown":1}')
    expect(answer.json.error).toMatchObject({ type: 'validation_failed', code: 'build_invalid' })
    expect(answer.json.error.errors).toEqual(
      expect.arrayContaining([
        { field: 'branch', message: 'must be a string' },
        { field: 'commit', message: 'is required' },
        { field: 'env.A', message: 'must be a string' },
      ]),
    )
  })

  it('refuses text that cannot be stored, in names of members too', async () => {
    const refused = ['{"name":"a\\u0000"}', '{"name":"\\ud800"}']
    for (const body of refused) {
      const answer = await call('POST', '/api/v0/organizations', memberToken, body)
      expect(answer.json.error.errors[0]).toEqual({
        field: 'name',
        message: 'must be valid Unicode without the character U+0000',
      })
    }
    const named = await call('POST', builds, memberToken, '{"branch":"b","commit":"c","env":{"A\\u0000":"x"}}')
    expect(named.status).toBe(422)
    expect((await call('POST', '/api/v0/organizations', memberToken, '{"name":"x","unknown":"\\u0000"}')).status).toBe(
      201,
    )
  })

  it('lets members named like parts of a prototype pass as any unknown ones', async () => {
    const body = '{"name":"x","__proto__":{"name":5},"constructor":{"prototype":{}},"toString":1}'
    expect((await call('POST', '/api/v0/organizations', memberToken, body)).status).toBe(201)
    expect((await call('POST', '/api/v0/organizations', memberToken, '{"__proto__":{"name":"x"}}')).status).toBe(422)
  })

  it('answers 422 to a body that is no object', async () => {
    for (const body of ['null', '[]', '"x"', '1', 'true']) {
      const answer = await call('POST', '/api/v0/organizations', memberToken, body)
      expect(answer.json.error.errors).toEqual([{ field: '', message: 'must be an object' }])
    }
  })

  it('answers a body of thousands of wrong members with the first of them', async () => {
    const env = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`A${index}`, 1]))
    const answer = await call('POST', builds, memberToken, JSON.stringify({ branch: 'b', commit: 'c', env }))
    expect(answer.json.error.errors).toHaveLength(1)
  })

  it('clamps a limit and refuses one that is no number', async () => {
    const count = async (query: string) =>
      (await call('GET', `/api/v0/organizations${query}`, memberToken)).json.data?.length
    expect(
      await Promise.all(
        ['', '?limit=1', '?limit=0', '?limit=-5', '?limit=1000', '?limit=99999999999999999999999'].map(count),
      ),
    ).toEqual([50, 1, 1, 1, 100, 100])
    for (const limit of ['', 'x', '1.5', '1e1', '0x1', '+1', ' 1', '1&limit=2', 'null']) {
      const answer = await call('GET', `/api/v0/organizations?limit=${limit}`, memberToken)
      expect([limit, answer.status, answer.json.error.code]).toEqual([limit, 400, 'query_invalid'])
    }
    expect((await call('GET', '/api/v0/organizations?limit=%ff', memberToken)).json.error.code).toBe(
      'request_malformed',
    )
  })
})

describe('answers', () => {
  it('has the envelope with documentation, request id and headers on every error', async () => {
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

  it('makes a request id where the client has none of the right form', async () => {
    for (const id of ['short', 'has space in the middle of it', 'x'.repeat(201)]) {
      const { headers } = await call('GET', '/api/v0/ping', undefined, undefined, { 'x-request-id': id })
      expect(headers.get('x-request-id')).toMatch(/^req_[0-9A-Z]{26}$/)
    }
  })

  it('answers HEAD like GET, without a body and without opening a stream', async () => {
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

  it('answers /api/v1 like /api/v0, with the ids that it adds', async () => {
    const v0 = (await call('GET', '/api/v0/user', memberToken)).json
    expect(v0).not.toHaveProperty('id')
    expect((await call('GET', '/api/v1/user', memberToken)).json).toEqual({ ...v0, id: v0.uuid })
    expect((await call('GET', builds.replace('v0', 'v1'), memberToken)).json).toEqual(
      (await call('GET', builds, memberToken)).json,
    )
    expect((await call('GET', '/v1/jobs/x/logs.txt')).text).toBe('log')
    expect((await call('GET', '/v1/healthz')).status).toBe(404)
  })

  it('carries what an error has beside its code', async () => {
    const answer = await call('GET', '/readyz')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(answer.json.error.checks).toEqual({ database: { ok: false, message: 'down' } })
  })

  it('carries code and message at top level on errors of log streams', async () => {
    const answer = await call('GET', '/v0/jobs/x/logs')
    expect(answer.json).toMatchObject({
      code: 'log_stream_unauthorized',
      message: 'A token is needed.',
      error: { code: 'log_stream_unauthorized' },
    })
  })

  it('serves the contract without internal operations, and all of it on request', async () => {
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

  it('never logs a credential or a token of the query', async () => {
    await call('GET', '/v0/jobs/x/logs.txt?token=secret-log-token', 'secret-bearer')
    await call('GET', '/nothing?token=secret-log-token', 'secret-bearer')
    await call('GET', '/%ff?token=secret-log-token', 'secret-bearer')
    expect(server.lines.length).toBeGreaterThan(2)
    expect(server.lines.join('')).not.toContain('secret-')
  })
})
