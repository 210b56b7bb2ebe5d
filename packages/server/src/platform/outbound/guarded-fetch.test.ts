import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkAddress, FetchRefused, type GuardedFetchOptions, guardedFetch } from './guarded-fetch.ts'

let server: Server
let host: string
let asked: string[] = []

const answers: Readonly<Record<string, RequestListener>> = {
  '/ok': (_, response) => response.end('the bytes'),
  '/empty': (_, response) => response.end(),
  '/gone': (_, response) => response.writeHead(404).end(),
  '/busy': (_, response) => response.writeHead(503).end(),
  '/broken': (_, response) =>
    response.writeHead(200, { 'content-length': '99' }).write('half', () => response.destroy()),
  '/silent': (_, response) => response.writeHead(200).write('a'),
  '/to-ok': (_, response) => response.writeHead(302, { location: '/ok' }).end(),
  '/to-nowhere': (_, response) => response.writeHead(302).end(),
  '/round': (_, response) => response.writeHead(307, { location: '/round' }).end(),
  '/large': (_, response) => {
    response.writeHead(200, { 'content-length': '2000' }).end('x'.repeat(2000))
  },
  '/endless': (_, response) => {
    const more = () => void (response.destroyed || response.write('x'.repeat(500), () => setImmediate(more)))
    more()
  },
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    asked.push(url.pathname)
    const to = url.searchParams.get('to')
    if (to !== null) return void response.writeHead(301, { location: to }).end()
    answers[url.pathname]?.(request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function read(url: string, more: Partial<GuardedFetchOptions> = {}): Promise<string> {
  const parts: Buffer[] = []
  const options = { allowedHosts: [host], maxBytes: 1000, timeoutMs: 5000, ...more }
  for await (const part of guardedFetch(url, options)) parts.push(part)
  return Buffer.concat(parts).toString()
}

test.for([
  ['http', 'http://example.com/a'],
  ['another scheme', 'file:///etc/passwd'],
  ['no URL', 'example'],
  ['a password', 'https://user:secret@example.com/'],
  ['loopback', 'https://127.0.0.1/'],
  ['loopback in one number', 'https://2130706433/'],
  ['loopback in hexadecimal', 'https://0x7f000001/'],
  ['loopback in octal', 'https://0177.0.0.1/'],
  ['loopback cut short', 'https://127.1/'],
  ['loopback in wide digits', 'https://１２７.0.0.1/'],
  ['loopback, IPv6', 'https://[::1]/'],
  ['IPv4 within IPv6', 'https://[::ffff:10.0.0.1]/'],
  ['the metadata of a cloud', 'https://169.254.169.254/latest'],
  ['a private network', 'https://10.1.2.3/'],
] as const)('G37 %s is refused at sight', ([, url]) => {
  expect(() => checkAddress(url, ['internal.example', 'internal.example:8443'])).toThrow(FetchRefused)
  expect(() => checkAddress(url, [])).not.toThrow(/secret/)
})

test('private hosts are accepted only if the operator allows them, by exact host and port', () => {
  const allowed = ['internal.example:8443', '10.0.0.5']
  for (const url of [
    'https://internal.example:8443/',
    'http://10.0.0.5/',
    'http://10.0.0.5:81/',
    'https://example.com/',
  ])
    expect(checkAddress(url, allowed).href).toBe(url)
  for (const url of ['http://internal.example:8444/', 'http://x.internal.example:8443/', 'http://10.0.0.50/'])
    expect(() => checkAddress(url, allowed)).toThrow(FetchRefused)
})

test('G37 a name that resolves to a private address is refused at the connection', async () => {
  const { port } = server.address() as AddressInfo
  asked = []
  for (const url of [`https://localhost:${port}/ok`, 'https://ip6-localhost/'])
    await expect(read(url)).rejects.toThrow(/not a public address|ENOTFOUND|EAI_AGAIN/)
  await expect(read(`https://localhost:${port}/ok`)).rejects.toBeInstanceOf(FetchRefused)
  expect(asked).toEqual([])
})

test.for([
  'https://127.0.0.1/',
  'https://169.254.169.254/',
  'https://[::1]/',
  'http://example.com/',
  'https://localhost/',
])('G37 a redirect to %s is not followed', async (to) => {
  await expect(read(`http://${host}/?to=${encodeURIComponent(to)}`)).rejects.toBeInstanceOf(FetchRefused)
})

test('bytes arrive complete, even after redirects', async () => {
  expect(await read(`http://${host}/ok`)).toBe('the bytes')
  expect(await read(`http://${host}/to-ok`)).toBe('the bytes')
  expect(await read(`http://${host}/empty`)).toBe('')
})

test.for([
  ['/gone', 'status 404'],
  ['/to-nowhere', 'redirect without a location'],
  ['/round', 'more than 5 times'],
  ['/large', 'more than 1000 bytes'],
  ['/endless', 'more than 1000 bytes'],
] as const)('%s is final', async ([path, message]) => {
  await expect(read(`http://${host}${path}`)).rejects.toThrow(message)
  await expect(read(`http://${host}${path}`)).rejects.toBeInstanceOf(FetchRefused)
})

test.for(['/busy', '/broken', '/silent'])('%s may be asked for again', async (path) => {
  const failed = read(`http://${host}${path}`, { idleMs: 200 })
  await expect(failed).rejects.toThrow()
  await expect(failed).rejects.not.toBeInstanceOf(FetchRefused)
})

test('a fetch that takes too long is aborted', async () => {
  const failed = read(`http://${host}/silent`, { timeoutMs: 200 })
  await expect(failed).rejects.toThrow()
})
