import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { operationsText } from '../scripts/operations-text.ts'
import { createClient } from './client.ts'
import { withSource } from './streamed-body.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(answer: RequestListener, answerTimeoutMs = 60_000) {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return createClient({ baseUrl, token: 'secret', answerTimeoutMs })
}

test('the operations are those of the contract', () => {
  const file = new URL('generated/operations.ts', import.meta.url)
  expect(readFileSync(file, 'utf8') === operationsText(), 'stale: npm run generate -w packages/cloud').toBe(true)
})

test('path, query, credential and body follow the contract', async () => {
  const seen: unknown[] = []
  const client = await serve((request, response) => {
    seen.push([request.method, request.url, request.headers.authorization])
    response.end('{"data":[]}')
  })
  await client.listBuilds({ org: 'a b', pipeline: 'c/d', limit: 3, state: undefined })
  expect(seen).toEqual([['GET', '/api/v0/organizations/a%20b/pipelines/c%2Fd/builds?limit=3', 'Bearer secret']])
})

test('a GET is retried as Retry-After says; a POST without a key is not', async () => {
  let asked = 0
  const client = await serve((request, response) => {
    asked += 1
    if (request.method === 'GET' && asked > 2) return response.end('{"status":"ok"}')
    response.writeHead(503, { 'retry-after': '0' }).end('{"error":{"code":"draining","message":"stopping"}}')
  })
  expect(await client.ping()).toEqual({ status: 'ok' })
  expect(asked).toBe(3)
  await expect(client.logout()).rejects.toMatchObject({ code: 'draining', status: 503 })
  expect(asked).toBe(4)
})

test.each([
  ['its connection is lost', (response: ServerResponse) => response.destroy()],
  ['a proxy answers 500', (response: ServerResponse) => response.writeHead(500).end('<h1>500</h1>')],
])('a build request is sent again with the same key after %s', async (_, fail) => {
  const keys: unknown[] = []
  const client = await serve((request, response) => {
    keys.push(request.headers['idempotency-key'])
    if (keys.length === 1) fail(response)
    else response.writeHead(201).end('{"number":1}')
  })
  const body = { branch: 'main', commit: 'c' }
  expect(await client.createBuild({ org: 'o', pipeline: 'p', body })).toEqual({ number: 1 })
  expect(keys).toEqual([expect.stringMatching(/^[\w-]{36}$/), keys[0]])
})

test('a 500 of the server is not retried', async () => {
  let asked = 0
  const client = await serve((_, response) => {
    asked += 1
    response.writeHead(500).end('{"error":{"code":"internal_error","message":"m"}}')
  })
  await expect(client.ping()).rejects.toMatchObject({ code: 'internal_error', status: 500 })
  expect(asked).toBe(1)
})

test('a missing response is no_answer', async () => {
  const client = await serve(() => {}, 100)
  await expect(client.ping({}, { attempts: 1 })).rejects.toMatchObject({ code: 'no_answer', status: 0 })
})

test.each([0, 1, 2, 3, 196_607, 196_608, 700_001])(
  'a source of %d bytes arrives whole, as a stream of known length',
  async (size) => {
    const directory = mkdtempSync(join(tmpdir(), 'cloud-'))
    const bytes = randomBytes(size)
    const file = join(directory, 'source')
    writeFileSync(file, bytes)
    const client = await serve(async (request, response) => {
      let text = ''
      for await (const piece of request.setEncoding('utf8')) text += piece
      const { source_b64, branch } = JSON.parse(text) as Record<string, string>
      const digest = createHash('sha256')
        .update(Buffer.from(source_b64 ?? '', 'base64'))
        .digest('hex')
      response
        .writeHead(201)
        .end(JSON.stringify({ digest, branch, isExact: request.headers['content-length'] === String(text.length) }))
    })
    const body = await withSource({ branch: 'main', commit: 'c' }, file)
    const made = await client.createBuild({ org: 'o', pipeline: 'p', body })
    rmSync(directory, { recursive: true })
    expect(made).toEqual({ digest: createHash('sha256').update(bytes).digest('hex'), branch: 'main', isExact: true })
  },
)
