import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operation } from './index.ts'
import { type RawAnswer, sendRaw } from './raw-client.ts'
import { memberToken, seen, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  const ping = operation('ping', async () => {
    throw new Error('connect ECONNREFUSED postgres://user:password@db', { cause: new Error('the cause') })
  })
  const listJobs = operation('listJobs', async () => ({ status: 200, body: { data: [{ id: 'no uuid' }] } }) as never)
  server = await startTestServer({ ping, listJobs }, { headersMs: 500, bodyIdleMs: 400, stallMs: 400 })
})
afterAll(() => server.close())

const auth = `Authorization: Bearer ${memberToken}\r\n`

function codeOf(answer: RawAnswer | null): [number, string] | null {
  if (answer === null) return null
  const { error } = JSON.parse(answer.body)
  expect(error.request_id).toBe(answer.headers['x-request-id'])
  expect(answer.headers['x-content-type-options']).toBe('nosniff')
  return [answer.status, error.code]
}

describe('requests that are not right as HTTP', () => {
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

  it('answers headers that do not end with request_timeout', async () => {
    expect(codeOf(await sendRaw(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n'))).toEqual([408, 'request_timeout'])
  })

  it('answers a body that does not go on with request_timeout', async () => {
    const head = `POST /api/v0/organizations HTTP/1.1\r\nHost: x\r\n${auth}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`
    const answer = await sendRaw(server.port, head)
    expect(codeOf(answer)).toEqual([408, 'request_timeout'])
    expect(answer?.headers.connection).toBe('close')
  })
})

describe('early refusals', () => {
  const large = 3 * 1024 * 1024

  /** Sends `large` bytes on a connection that ends after the answer, as the client that is easiest to lose. */
  function upload(path: string, headers: Record<string, string>): Promise<[number | undefined, string]> {
    return new Promise((resolve, reject) => {
      const sending = request({ port: server.port, path, method: 'POST', agent: false, headers }, async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk)
        resolve([response.statusCode, JSON.parse(Buffer.concat(chunks).toString()).error.code])
      })
      sending.on('error', reject)
      const chunk = Buffer.alloc(65_536, ' ')
      for (let sent = 0; sent < large; sent += chunk.length) sending.write(chunk)
      sending.end()
    })
  }

  it('reach a client that is still sending', async () => {
    const json = { 'content-type': 'application/json' }
    const declared = { ...json, 'content-length': String(large) }
    const known = { authorization: `Bearer ${memberToken}` }
    const path = '/api/v0/organizations'
    for (let round = 0; round < 5; round += 1) {
      expect(await upload('/nothing', json)).toEqual([404, 'route_not_found'])
      expect(await upload(path, declared)).toEqual([401, 'unauthorized'])
      expect(await upload(path, json)).toEqual([401, 'unauthorized'])
      expect(await upload(path, { ...declared, ...known })).toEqual([413, 'payload_too_large'])
      expect(await upload(path, { ...json, ...known })).toEqual([413, 'payload_too_large'])
      expect(await upload(path, { 'content-type': 'text/plain', ...known })).toEqual([415, 'unsupported_media_type'])
    }
  })
})

describe('faults of ours', () => {
  it('are answered without details and logged with their cause', async () => {
    const response = await fetch(`${server.url}/api/v0/ping`)
    const text = await response.text()
    expect([response.status, JSON.parse(text).error.code]).toEqual([500, 'internal_error'])
    expect(text).not.toMatch(/ECONNREFUSED|password|the cause|\.ts/)
    const logged = server.lines.find((line) => line.includes('the cause'))
    expect(logged).toContain(JSON.parse(text).error.request_id)
  })

  it('are what an answer is that breaks its contract', async () => {
    const path = '/api/v0/organizations/acme/pipelines/ci/builds/1/jobs'
    expect((await fetch(server.url + path, { headers: { authorization: `Bearer ${memberToken}` } })).status).toBe(500)
  })
})

describe('streamed answers', () => {
  it('tell their handler when the reader goes away', async () => {
    const reader = new AbortController()
    const response = await fetch(`${server.url}/v0/jobs/x/logs?token=t`, { signal: reader.signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    await response.body?.getReader().read()
    expect(seen.signal?.aborted).toBe(false)
    reader.abort()
    await expect.poll(() => seen.signal?.aborted).toBe(true)
  })

  it('keep a reader that takes bytes, and cut off one that takes none', async () => {
    const waiting = await fetch(`${server.url}/v0/jobs/x/logs?token=t`)
    const socket = connect({ port: server.port, host: '127.0.0.1' })
    socket.write('GET /v0/jobs/x/logs?token=flood HTTP/1.1\r\nHost: x\r\n\r\n')
    socket.pause()
    await delay(50)
    const { signal } = seen
    const before = process.memoryUsage.rss()
    await expect.poll(() => signal?.aborted, { timeout: 5_000 }).toBe(true)
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024)
    socket.destroy()
    const reader = waiting.body?.getReader()
    for (let frame = 0; frame < 12; frame += 1) expect((await reader?.read())?.done).toBe(false)
    await reader?.cancel()
  })
})
