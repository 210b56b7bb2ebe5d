import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLimiter } from '../../rate-limits/limiter.ts'
import { ProcessBuckets } from '../../rate-limits/process-buckets.ts'
import { type RateLimitRules, rateLimitRules } from '../../rate-limits/rules.ts'
import { caller } from '../testing/client.ts'
import {
  csrfHeader,
  listedOrigin,
  memberToken,
  narrowToken,
  ownerToken,
  sessionCookie,
  startTestServer,
  strangerToken,
  type TestServer,
} from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const call = caller(() => server.url)
const builds = '/api/v0/organizations/acme/pipelines/ci/builds'

describe('order of checks', () => {
  it('checks the route before the credential', async () => {
    const unknown = await call('POST', '/api/v0/nothing')
    expect([unknown.status, unknown.json.error.code]).toEqual([404, 'route_not_found'])
    const wrong = await call('PATCH', builds)
    expect([wrong.status, wrong.json.error.code]).toEqual([405, 'method_not_allowed'])
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, POST')
  })

  it('checks the credential before the body', async () => {
    for (const token of [undefined, 'nobody']) {
      const answer = await call('POST', builds, token, 'not json', { 'content-type': 'text/plain' })
      expect([answer.status, answer.json.error.code, answer.headers.get('www-authenticate')]).toEqual([
        401,
        'unauthorized',
        'Bearer',
      ])
    }
  })

  it('checks the credential before the content type', async () => {
    expect((await call('POST', '/api/v0/organizations', undefined, '{}', { 'content-type': 'a;;/' })).status).toBe(401)
    expect((await call('POST', '/api/v0/organizations', ownerToken, '{}', { 'content-type': 'a;;/' })).status).toBe(415)
  })

  it('G31 gives the same response for a foreign, an absent and a malformed organization', async () => {
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

  it('checks the organization, then the role, before the operation', async () => {
    const path = '/api/v0/billing/checkout'
    expect((await call('POST', `${path}/acme`)).status).toBe(401)
    expect((await call('POST', `${path}/other`, memberToken)).json.error.code).toBe('organization_not_found')
    expect((await call('POST', `${path}/acme`, memberToken)).json.error.code).toBe('insufficient_org_role')
    const asked = await call('POST', `${path}/acme`, ownerToken, '{"amount_cents":100}')
    expect([asked.status, asked.json.error.type, asked.json.error.code]).toEqual([
      503,
      'service_unavailable',
      'service_unavailable',
    ])
  })

  it('checks pipeline and its gates before query and body', async () => {
    const absent = await call('POST', '/api/v0/organizations/acme/pipelines/no/builds', memberToken, 'not json')
    expect(absent.json.error.code).toBe('pipeline_not_found')
    const gated = await call('POST', '/api/v0/organizations/acme/pipelines/gate/builds', memberToken, 'not json')
    expect(gated.json.error.code).toBe('pipeline_manual_disabled')
    const query = await call('GET', '/api/v0/organizations/acme/pipelines/no/builds?limit=x', memberToken)
    expect(query.json.error.code).toBe('pipeline_not_found')
  })

  it('treats a malformed number as an unknown one', async () => {
    for (const number of ['0', '2', '-1', '01', '1.0', '1e0', 'abc', '99999999999999999999', '%00', 'NaN']) {
      const answer = await call('GET', `${builds}/${number}`, memberToken)
      expect([number, answer.status, answer.json.error.code]).toEqual([number, 404, 'build_not_found'])
    }
    expect((await call('GET', `${builds}/1`, memberToken)).status).toBe(200)
  })

  it('checks media type, size and JSON before the schema', async () => {
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

  it('treats an absent body as {} with any content type', async () => {
    const none = await call('POST', '/api/v0/organizations', memberToken, undefined, { 'content-type': 'text/plain' })
    expect([none.status, none.json.error.errors]).toEqual([422, [{ field: 'name', message: 'is required' }]])
    expect((await call('PUT', `${builds}/1/cancel`, memberToken)).status).toBe(200)
  })
})

describe('order of checks: CSRF and scope', () => {
  const post = (headers: Record<string, string>, path = '/api/v0/organizations') =>
    call('POST', path, undefined, 'not json', { 'content-type': 'text/plain', ...headers })
  const outcome = async (answer: ReturnType<typeof post>) => {
    const { status, json } = await answer
    return [status, json.error.code]
  }
  const cookie = sessionCookie(memberToken)

  it('checks the page of a change with a cookie, after the credential and before the tenancy', async () => {
    const unknown = sessionCookie('nobody')
    expect(await outcome(post({ cookie: unknown, origin: 'https://evil.example' }))).toEqual([401, 'unauthorized'])
    const absent = '/api/v0/organizations/nobody/pipelines'
    expect(await outcome(post({ cookie }, absent))).toEqual([403, 'csrf_failed'])
    const own = { cookie, ...csrfHeader(memberToken) }
    expect(await outcome(post(own, absent))).toEqual([404, 'organization_not_found'])
  })

  it('accepts a change only with the CSRF token, and from an allowed origin or without one', async () => {
    const own = { cookie, ...csrfHeader(memberToken) }
    for (const origin of [{}, { origin: 'https://harmont.example' }, { origin: listedOrigin }])
      expect(await outcome(post({ ...own, ...origin }))).toEqual([415, 'unsupported_media_type'])
    const foreign = ['https://evil.example', 'null', '', 'http://harmont.example'].map((origin) => ({ ...own, origin }))
    const wrong = ['', 'x', csrfHeader(ownerToken)['x-csrf-token']].map((token) => ({ cookie, 'x-csrf-token': token }))
    for (const headers of [...foreign, ...wrong, { cookie }])
      expect(await outcome(post(headers))).toEqual([403, 'csrf_failed'])
  })

  it('requires no CSRF token of a read, nor of a bearer header, which takes precedence', async () => {
    expect((await call('GET', '/api/v0/organizations', undefined, undefined, { cookie })).status).toBe(200)
    const both = { cookie, authorization: `Bearer ${memberToken}`, origin: 'https://evil.example' }
    expect(await outcome(post(both))).toEqual([415, 'unsupported_media_type'])
    for (const authorization of ['Bearer nobody', 'Bearer', 'bearer a b'])
      expect(await outcome(post({ ...both, authorization }))).toEqual([401, 'unauthorized'])
    expect(await outcome(post({ ...both, authorization: 'Basic eA==' }))).toEqual([403, 'csrf_failed'])
  })

  it('checks the scope before the tenancy, and names it', async () => {
    const narrow = await call('POST', '/api/v0/organizations/nobody/pipelines/ci/builds', narrowToken, 'not json')
    expect([narrow.status, narrow.json.error.code]).toEqual([403, 'insufficient_scope'])
    expect(narrow.json.error.message).toContain('`build`')
    expect((await call('GET', builds, narrowToken)).status).toBe(200)
    expect((await call('GET', '/api/v0/user/api-tokens', narrowToken)).json.error.message).toContain('`account`')
    expect((await call('POST', '/api/v0/billing/checkout/acme', narrowToken)).json.error.message).toContain('`manage`')
  })
})

describe('order of checks: limits', () => {
  /** Starts a server with these limits, and returns functions that call it. */
  async function limited(rules: string, trustedProxies: readonly string[] = []) {
    const setting: RateLimitRules = rateLimitRules(rules)
    const own = await startTestServer({}, {}, { limiter: createLimiter(new ProcessBuckets(), setting), trustedProxies })
    const ask = caller(() => own.url)
    return {
      [Symbol.asyncDispose]: () => own.close(),
      async codes(times: number, ...[method, path, token, body, headers]: Parameters<typeof ask>) {
        const codes: (number | string)[] = []
        for (let n = 0; n < times; n += 1) {
          const { status, json, headers: got } = await ask(method, path, token, body, headers)
          codes.push(status)
          if (status === 429)
            expect([json.error.code, Number(got.get('retry-after')) > 0]).toEqual(['rate_limited', true])
        }
        return codes
      },
    }
  }

  it('G35 counts requests without a credential by address, after the route and before the 401', async () => {
    await using on = await limited('anonymous=2/1h')
    expect(await on.codes(3, 'GET', '/api/v0/nothing')).toEqual([404, 404, 404])
    expect(await on.codes(2, 'GET', '/api/v0/organizations')).toEqual([401, 401])
    expect(await on.codes(1, 'GET', '/api/v0/organizations')).toEqual([429])
    expect(await on.codes(1, 'GET', '/api/v0/ping')).toEqual([429])
    // Other users behind the same address, and the operator's probes, are not locked out.
    expect(await on.codes(1, 'GET', '/api/v0/organizations', memberToken)).toEqual([200])
    expect(await on.codes(1, 'GET', '/healthz')).toEqual([200])
  })

  it('G35 counts guesses of every kind of credential by address', async () => {
    await using on = await limited('anonymous=2/1h')
    expect(await on.codes(1, 'GET', '/api/v0/organizations', 'guess')).toEqual([401])
    const source = '/api/v0/internal/builds/00000000-0000-4000-8000-000000000001/source.tar.gz'
    expect(await on.codes(1, 'GET', source)).toEqual([401])
    expect(await on.codes(1, 'GET', '/api/v0/organizations', 'guess-again')).toEqual([429])
    expect(await on.codes(1, 'GET', '/v0/jobs/x/logs')).toEqual([429])
  })

  it('counts reads and writes by credential, after CSRF and scope and before the tenancy', async () => {
    await using on = await limited('reads=2/1h,writes=1/1h')
    const absent = '/api/v0/organizations/nobody'
    expect(await on.codes(1, 'POST', builds, narrowToken)).toEqual([403])
    expect(await on.codes(3, 'GET', absent, memberToken)).toEqual([404, 404, 429])
    expect(await on.codes(2, 'POST', `${absent}/pipelines`, memberToken, 'not json')).toEqual([404, 429])
    expect(await on.codes(1, 'GET', absent, ownerToken)).toEqual([404])
    expect(await on.codes(3, 'GET', '/v0/jobs/x/logs.txt?token=t')).toEqual([200, 200, 429])
  })

  it('counts webhooks by address with their own limit, and does not count a CLI that waits for its sign-in', async () => {
    await using on = await limited('anonymous=1/1h,webhooks_address=2/1h')
    const isRefused = async (path: string) => {
      const codes = await on.codes(3, 'POST', path)
      expect(codes).not.toContain(404)
      return codes.map((code) => code === 429)
    }
    expect(await isRefused('/webhooks/github')).toEqual([false, false, true])
    expect(await isRefused('/api/v0/auth/cli/claim')).toEqual([false, false, false])
    expect(await isRefused('/api/v0/auth/google')).toEqual([false, true, true])
  })

  it('G35 counts the address that a trusted proxy names, and otherwise the peer', async () => {
    const from = (address: string) => ({ 'x-forwarded-for': address })
    const ask = ['GET', '/api/v0/ping', undefined, undefined] as const
    await using proxied = await limited('anonymous=1/1h', ['127.0.0.0/8'])
    expect(await proxied.codes(2, ...ask, from('203.0.113.1'))).toEqual([200, 429])
    expect(await proxied.codes(2, ...ask, from('203.0.113.1, 203.0.113.2'))).toEqual([200, 429])
    await using direct = await limited('anonymous=1/1h')
    expect(await direct.codes(1, ...ask, from('203.0.113.1'))).toEqual([200])
    expect(await direct.codes(1, ...ask, from('203.0.113.2'))).toEqual([429])
  })
})
