import { type IncomingHttpHeaders, request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiError, operation } from '../index.ts'
import { build } from '../testing/handlers.ts'
import { listedOrigin, memberToken, startTestServer, type TestServer } from '../testing/server.ts'

const many = Array.from({ length: 50 }, (_, index) => ({ ...build, number: index + 1, message: 'ünïcode' }))
let server: TestServer
beforeAll(async () => {
  const listBuilds = operation('listBuilds', async () => ({ status: 200, body: { data: many, next_cursor: null } }))
  const wrong = Array.from({ length: 50 }, () => ({ ...build, id: 'no uuid' }))
  const listJobs = operation('listJobs', async () => ({ status: 200, body: { data: wrong } }) as never)
  const ping = operation('ping', async () => {
    throw apiError('query_invalid', 'long '.repeat(1000))
  })
  server = await startTestServer({ listBuilds, listJobs, ping })
})
afterAll(() => server.close())

const builds = '/api/v0/organizations/acme/pipelines/ci/builds'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Calls with `node:http`, which does not decompress. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { authorization: `Bearer ${memberToken}`, ...headers }
    const sent = request(server.url + path, { method, headers: all }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject).end()
  })
}

test('a long JSON response is compressed for clients that accept it, and for no others', async () => {
  const plain = await ask(builds)
  expect([plain.headers['content-encoding'], plain.headers.vary]).toEqual([undefined, 'Origin, Accept-Encoding'])
  expect(JSON.parse(plain.body.toString()).data).toHaveLength(50)
  for (const [accepted, decode] of [
    ['gzip, deflate, br, zstd', brotliDecompressSync],
    ['gzip, br;q=0.1', brotliDecompressSync],
    ['gzip, br;q=0', gunzipSync],
    ['x-gzip, gzip', gunzipSync],
    ['*', brotliDecompressSync],
  ] as const) {
    const answer = await ask(builds, { 'accept-encoding': accepted })
    expect([accepted, decode(answer.body).equals(plain.body)]).toEqual([accepted, true])
    expect(Number(answer.headers['content-length'])).toBe(answer.body.length)
    expect(answer.body.length).toBeLessThan(plain.body.length / 5)
    expect([answer.headers.vary, answer.headers['content-type']]).toEqual([
      'Origin, Accept-Encoding',
      'application/json; charset=utf-8',
    ])
  }
  for (const accepted of ['identity', 'zstd', 'br;q=0, gzip;q=0', '', 'nonsense;;;q=q'])
    expect((await ask(builds, { 'accept-encoding': accepted })).body.equals(plain.body)).toBe(true)
  // `fetch`, as used by the command line and the SDK.
  const fetched = await fetch(server.url + builds, { headers: { authorization: `Bearer ${memberToken}` } })
  expect(fetched.headers.get('content-encoding')).toBe('gzip')
  expect((await fetched.text()) === plain.body.toString()).toBe(true)
})

test('HEAD returns the length of the same GET', async () => {
  for (const accepted of ['br', 'gzip', 'identity']) {
    const headers = { 'accept-encoding': accepted }
    const [get, head] = [await ask(builds, headers), await ask(builds, headers, 'HEAD')]
    const facts = ({ headers: all }: Answer) => [all['content-length'], all['content-encoding'], all.vary]
    expect([head.status, head.body.length, facts(head)]).toEqual([200, 0, facts(get)])
  }
})

test('the tag of several encodings is weak, and recognized in either form', async () => {
  const document = '/api/v0/openapi.json'
  const [plain, small] = [await ask(document), await ask(document, { 'accept-encoding': 'br' })]
  expect(plain.headers.etag).toMatch(/^"/)
  expect(small.headers.etag).toBe(`W/${plain.headers.etag}`)
  for (const { headers } of [plain, small])
    expect((await ask(document, { 'accept-encoding': 'br', 'if-none-match': headers.etag ?? '' })).status).toBe(304)
})

test('a response that is too large to be compressed in place has the same content', async () => {
  const document = '/api/v0/openapi.json?view=full'
  const plain = await ask(document)
  expect(plain.body.length).toBeGreaterThan(128 * 1024)
  for (const [accepted, decode] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)
    expect(decode((await ask(document, { 'accept-encoding': accepted })).body).equals(plain.body)).toBe(true)
})

test('errors, changes, short responses, logs, archives and event streams are never compressed', async () => {
  const accepted = { 'accept-encoding': 'gzip, br', origin: listedOrigin }
  const cases = [
    await ask('/healthz', accepted),
    await ask('/api/v0/ping', accepted),
    await ask('/v0/jobs/x/logs.txt?token=t', accepted),
    await ask('/v0/jobs/x/logs?token=t', accepted, 'HEAD'),
    await ask('/api/v0/internal/builds/x/source.tar.gz', accepted),
    await ask(`${builds}/1/cancel`, accepted, 'PUT'),
  ]
  for (const { headers } of cases) {
    expect(headers['content-encoding']).toBeUndefined()
    expect(headers.vary).toBe('Origin')
  }
})

test('a response is validated before it is compressed', async () => {
  expect((await ask(`${builds}/1/jobs`, { 'accept-encoding': 'br' })).status).toBe(500)
})
