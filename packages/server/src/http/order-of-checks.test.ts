import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caller } from './test-client.ts'
import { memberToken, ownerToken, startTestServer, strangerToken, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const call = caller(() => server.url)
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
