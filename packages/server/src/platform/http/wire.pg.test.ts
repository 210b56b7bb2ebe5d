import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operation } from './index.ts'
import { seen } from './testing/handlers.ts'
import { type RawAnswer, readAnswer, sendRaw } from './testing/raw-client.ts'
import { DatabaseGone, memberToken, startTestServer, type TestServer } from './testing/server.ts'

const stallMs = 400
let server: TestServer
/** A server with the product's timeouts, which are long enough for a busy machine. */
let patient: TestServer
beforeAll(async () => {
  const ping = operation('ping', async () => {
    throw new Error('connect ECONNREFUSED postgres://user:password@db', { cause: new Error('the cause') })
  })
  const getHealth = operation('getHealth', async () => {
    throw new DatabaseGone('terminating connection')
  })
  const listJobs = operation('listJobs', async () => ({ status: 200, body: { data: [{ id: 'no uuid' }] } }) as never)
  server = await startTestServer({ ping, getHealth, listJobs }, { headersMs: 500, bodyIdleMs: 400, stallMs })
  patient = await startTestServer()
})
afterAll(() => Promise.all([server.close(), patient.close()]))

const auth = `Authorization: Bearer ${memberToken}\r\n`

function codeOf(answer: RawAnswer | null): [number, string] | null {
  if (answer === null) return null
  const { error } = JSON.parse(answer.body)
  expect(error.request_id).toBe(answer.headers['x-request-id'])
  expect(answer.headers['x-content-type-options']).toBe('nosniff')
  return [answer.status, error.code]
}

describe('requests that are invalid HTTP', () => {
  const bad: [string, string, number, string][] = [
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'request_malformed'],
    ['an unknown method', 'NONSENSE / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'request_malformed'],
    ['a bad header', 'GET / HTTP/1.1\r\nBad Header\r\n\r\n', 400, 'request_malformed'],
    ['a wrong version', 'GET / HTTP/9.9\r\n\r\n', 400, 'request_malformed'],
    [
      'both lengths',
      'POST /api/v0/organizations HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'request_malformed',
    ],
    ['bad percent-encoding', 'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'request_malformed'],
    ['a path that is not UTF-8', 'GET /api/v0/organizations/%ff HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'request_malformed'],
    ['a tunnel', 'CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'request_malformed'],
    ['a long URL', `GET /${'x'.repeat(9_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414, 'uri_too_long'],
    ['a longer URL', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414, 'uri_too_long'],
    ['large headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
    ['an unknown expectation', 'GET /nothing HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n\r\n', 404, 'route_not_found'],
    [
      'a broken chunk',
      `POST /api/v0/organizations HTTP/1.1\r\nHost: x\r\n${auth}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
      'request_malformed',
    ],
    [
      'an upgrade',
      'GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
      404,
      'route_not_found',
    ],
    ['a method of WebDAV', 'PROPFIND /api/v0/user HTTP/1.1\r\nHost: x\r\n\r\n', 405, 'method_not_allowed'],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', 404, 'route_not_found'],
  ]
  for (const [name, bytes, status, code] of bad) {
    it(`answers ${name} with ${code} in the envelope`, async () => {
      expect(codeOf(await sendRaw(server.port, bytes))).toEqual([status, code])
    })
  }

  it('needs no Host', async () => {
    expect(codeOf(await sendRaw(server.port, 'GET /nothing HTTP/1.1\r\n\r\n'))).toEqual([404, 'route_not_found'])
  })

  it('answers unfinished headers with request_timeout', async () => {
    expect(codeOf(await sendRaw(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n'))).toEqual([408, 'request_timeout'])
  })

  it('answers a stalled body with request_timeout', async () => {
    const head = `POST /api/v0/organizations HTTP/1.1\r\nHost: x\r\n${auth}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`
    const answer = await sendRaw(server.port, head)
    expect(codeOf(answer)).toEqual([408, 'request_timeout'])
    expect(answer?.headers.connection).toBe('close')
  })
})

const large = 16 * 1024 * 1024

/**
 * Sends a whole body before it reads a byte, as many clients do. The response must still be
 * readable.
 */
async function upload(path: string, headers: string, isChunked: boolean, method = 'POST'): Promise<RawAnswer | null> {
  const length = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${large}`
  const socket = connect({ port: patient.port, host: '127.0.0.1' })
  socket.pause()
  const send = (bytes: string | Buffer) => {
    return new Promise<void>((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())))
  }
  await send(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}${length}\r\n\r\n`)
  const piece = Buffer.alloc(65_536, ' ')
  for (let sent = 0; sent < large; sent += piece.length) {
    await send(isChunked ? Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')]) : piece)
  }
  if (isChunked) await send('0\r\n\r\n')
  return readAnswer(socket)
}

describe('early refusals', () => {
  const path = '/api/v0/organizations'
  const json = 'Content-Type: application/json\r\n'
  const refusals: [string, string, string, number, string][] = [
    ['an unknown path', '/nothing', json, 404, 'route_not_found'],
    ['no credential', path, json, 401, 'unauthorized'],
    ['a body that is too large', path, auth + json, 413, 'payload_too_large'],
    ['another media type', path, `${auth}Content-Type: text/plain\r\n`, 415, 'unsupported_media_type'],
  ]
  for (const [name, to, headers, status, code] of refusals) {
    it(`for ${name} reach a client that reads only after it has sent everything`, async () => {
      expect(codeOf(await upload(to, headers, false))).toEqual([status, code])
      expect(codeOf(await upload(to, headers, true))).toEqual([status, code])
    })
  }
})

describe('a body that no operation reads', () => {
  it('does not keep a client from its response', async () => {
    const path = '/api/v0/organizations/acme/pipelines/ci'
    expect((await upload(`${path}/builds/1/cancel`, auth, true, 'PUT'))?.status).toBe(200)
    expect((await upload(path, auth, false, 'GET'))?.status).toBe(200)
    expect(codeOf(await upload(`${path}/builds/1/cancel`, '', false, 'PUT'))).toEqual([401, 'unauthorized'])
  })
})

describe('faults of the server', () => {
  it('are sent without details and logged with their cause', async () => {
    const response = await fetch(`${server.url}/api/v0/ping`)
    const text = await response.text()
    expect([response.status, JSON.parse(text).error.code]).toEqual([500, 'internal_error'])
    expect(text).not.toMatch(/ECONNREFUSED|password|the cause|\.ts/)
    const logged = server.lines.find((line) => line.includes('the cause'))
    expect(logged).toContain(JSON.parse(text).error.request_id)
  })

  it('are translated if the server knows their cause', async () => {
    const response = await fetch(`${server.url}/healthz`)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    expect(JSON.parse(await response.text()).error).toMatchObject({
      code: 'service_unavailable',
      type: 'service_unavailable',
    })
  })

  it('include a response that violates its contract', async () => {
    const path = '/api/v0/organizations/acme/pipelines/ci/builds/1/jobs'
    expect((await fetch(server.url + path, { headers: { authorization: `Bearer ${memberToken}` } })).status).toBe(500)
  })
})

describe('streamed answers', () => {
  it('notify their handler when the reader disconnects', async () => {
    const reader = new AbortController()
    const response = await fetch(`${server.url}/v0/jobs/x/logs?token=t`, { signal: reader.signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    await response.body?.getReader().read()
    expect(seen.signal?.aborted).toBe(false)
    reader.abort()
    await expect.poll(() => seen.signal?.aborted).toBe(true)
  })

  it('cut off a reader that accepts no bytes, and buffer no more than fits into its socket', async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1' })
    socket.pause()
    const before = process.memoryUsage.rss()
    const begun = performance.now()
    const last = seen.signal
    socket.write('GET /v0/jobs/x/logs?token=flood HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(() => seen.signal !== last && seen.signal?.aborted, { interval: 20 }).toBe(true)
    expect(performance.now() - begun).toBeGreaterThanOrEqual(stallMs)
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024)
    socket.destroy()
  })

  it('keep the reader of a stream that is silent for longer than that', async () => {
    const response = await fetch(`${server.url}/v0/jobs/x/logs?token=silent`)
    expect(await response.text()).toBe('firstlast')
  })
})
