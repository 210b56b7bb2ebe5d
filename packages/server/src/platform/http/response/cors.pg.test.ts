import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLimiter } from '../../rate-limits/limiter.ts'
import { ProcessBuckets } from '../../rate-limits/process-buckets.ts'
import { operation } from '../index.ts'
import { caller } from '../testing/client.ts'
import { DatabaseGone, listedOrigin, memberToken, startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer(
    {
      listApiTokens: operation('listApiTokens', async () => {
        throw new DatabaseGone()
      }),
    },
    {},
    { limiter: createLimiter(new ProcessBuckets(), { anonymous: { count: 2, seconds: 3600, shared: false } }) },
  )
})
afterAll(() => server.close())

const call = caller(() => server.url)
const organizations = '/api/v0/organizations'
const headersOf = ({ headers }: { headers: Headers }) => ({
  origin: headers.get('access-control-allow-origin'),
  credentials: headers.get('access-control-allow-credentials'),
  // A long response also varies by its encoding.
  vary: headers.get('vary')?.replace(', Accept-Encoding', ''),
})
const preflight = (origin: string, path = organizations) =>
  fetch(server.url + path, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  })

describe('CORS', () => {
  it('accepts a preflight from an allowed origin, even for an unknown path', async () => {
    for (const path of [organizations, '/api/v0/nothing', '/v0/jobs/x/logs']) {
      const answer = await preflight(listedOrigin, path)
      expect([answer.status, await answer.text()]).toEqual([204, ''])
      expect(headersOf(answer)).toEqual({ origin: listedOrigin, credentials: 'true', vary: 'Origin' })
      expect(answer.headers.get('access-control-max-age')).toBe('600')
      expect(answer.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE')
      expect(answer.headers.get('access-control-allow-headers')?.split(', ')).toEqual([
        'authorization',
        'content-type',
        'api-version',
        'idempotency-key',
        'last-event-id',
        'range',
        'x-csrf-token',
        'x-harmont-session',
        'x-request-id',
      ])
    }
  })

  it('compares origins exactly, and sends other origins no CORS headers', async () => {
    expect(headersOf(await preflight('https://harmont.example')).origin).toBe('https://harmont.example')
    const near = ['null', 'http://harmont.example', 'https://harmont.example:8443', 'https://x.harmont.example']
    for (const origin of [...near, 'https://harmont.example.evil', 'HTTPS://HARMONT.EXAMPLE', '*']) {
      const asked = await preflight(origin)
      expect([asked.status, ...asked.headers.keys()].filter((name) => `${name}`.startsWith('access'))).toEqual([])
      const answer = await call('GET', organizations, memberToken, undefined, { origin })
      expect([answer.status, headersOf(answer)]).toEqual([200, { origin: null, credentials: null, vary: 'Origin' }])
    }
  })

  it('exposes headers to scripts on successes, errors, streams, and refusals before the route', async () => {
    const ask = (method: string, path: string, token?: string, body?: string, headers: Record<string, string> = {}) =>
      call(method, path, token, body, { origin: listedOrigin, ...headers })
    const large = `{"name":"${'x'.repeat(1024 * 1024)}"}`
    const answers = {
      200: await ask('GET', organizations, memberToken),
      400: await ask('GET', `${organizations}?limit=x`, memberToken),
      401: await ask('GET', organizations),
      403: await ask('POST', '/api/v0/billing/checkout/acme', memberToken),
      404: await ask('GET', '/api/v0/nothing'),
      405: await ask('PATCH', organizations),
      413: await ask('POST', organizations, memberToken, large),
      414: await ask('GET', `/${'x'.repeat(8200)}`),
      415: await ask('POST', organizations, memberToken, 'x', { 'content-type': 'text/plain' }),
      422: await ask('POST', organizations, memberToken, '{}'),
      503: await ask('GET', '/api/v0/user/api-tokens', memberToken),
    }
    await ask('GET', organizations)
    const limited = await ask('GET', organizations)
    for (const [status, answer] of [...Object.entries(answers), ['429', limited] as const]) {
      expect([`${answer.status}`, headersOf(answer)]).toEqual([
        status,
        { origin: listedOrigin, credentials: 'true', vary: 'Origin' },
      ])
      expect(answer.headers.get('access-control-expose-headers')).toBe(
        'x-request-id, retry-after, location, content-range, etag, idempotent-replayed, harmont-log-complete',
      )
    }
    // At most half an hour.
    expect(Number(limited.headers.get('retry-after'))).toSatisfy((seconds) => seconds > 900 && seconds <= 1800)
    const broken = await ask('GET', '/%ff')
    expect([broken.status, headersOf(broken).origin]).toEqual([400, listedOrigin])
  })

  it('is on a stream', async () => {
    const stop = new AbortController()
    const stream = await fetch(`${server.url}/v0/jobs/x/logs?token=t`, {
      headers: { origin: listedOrigin },
      signal: stop.signal,
    })
    expect([stream.status, headersOf(stream).origin]).toEqual([200, listedOrigin])
    stop.abort()
  })

  it('returns 405 for an OPTIONS request that is not a preflight', async () => {
    const answer = await call('OPTIONS', organizations, undefined, undefined, { origin: listedOrigin })
    expect([answer.status, headersOf(answer).origin]).toEqual([405, listedOrigin])
  })
})

it('every response has the security headers of an API, even after bytes that are not a request', async () => {
  for (const path of ['/healthz', organizations, '/api/v0/nothing']) {
    const { headers } = await call('GET', path)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'strict-transport-security': 'max-age=63072000',
      vary: 'Origin',
    })
  }
  const socket = connect(server.port, '127.0.0.1').end('nonsense\r\n\r\n')
  const [bytes] = await once(socket, 'data')
  expect(`${bytes}`).toMatch(/^HTTP\/1\.1 400 .*x-content-type-options: nosniff/s)
})
