import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { HttpOptions } from '../index.ts'
import { type RawAnswer, readAnswer } from '../testing/raw-client.ts'
import { memberToken, startTestServer } from '../testing/server.ts'
import { type ConnectionLimits, connectionsHere } from './connections.ts'

type Timeouts = NonNullable<HttpOptions['timeouts']>

async function start(connections: ConnectionLimits, timeouts: Timeouts = {}, options: Partial<HttpOptions> = {}) {
  const server = await startTestServer({}, timeouts, { connections, ...options })
  onTestFinished(server.close)
  return server
}

function open(port: number, localAddress = '127.0.0.1'): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  onTestFinished(() => {
    socket.destroy()
  })
  socket.on('error', () => {}) // a reset connection counts as closed
  return socket
}

/** Sends a request and waits for the first bytes of its response. The connection stays open. */
async function ask(socket: Socket, path: string): Promise<string> {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  const [bytes] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [''])])
  return `${bytes}`.split('\r\n')[0] ?? ''
}

const log = '/v0/jobs/x/logs?token=t'
const areOpen = (sockets: readonly Socket[]) => sockets.map(({ destroyed }) => !destroyed)

test('G57 connections of one address are bounded: the longest idle one is closed, a busy one never', async () => {
  const { port } = await start({ inAll: 100, perAddress: 4 })
  const streaming = open(port)
  await ask(streaming, log)
  const idle: Socket[] = []
  for (let n = 0; n < 20; n += 1) {
    const socket = open(port)
    idle.push(socket)
    expect(await ask(socket, '/healthz')).toBe('HTTP/1.1 200 OK')
  }
  await expect.poll(() => areOpen(idle).filter(Boolean).length).toBe(3)
  expect(areOpen(idle).slice(-3)).toEqual([true, true, true])
  await once(streaming, 'data')
  expect(streaming.destroyed).toBe(false)
})

test('G57 beyond the total, a new connection replaces an idle one of any address', async () => {
  const { port, url } = await start({ inAll: 6, perAddress: 4 })
  const others: Socket[] = []
  for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4'])
    for (let n = 0; n < 4; n += 1) {
      const socket = open(port, address)
      others.push(socket)
      expect(await ask(socket, '/healthz')).toBe('HTTP/1.1 200 OK')
    }
  await expect.poll(() => areOpen(others).filter(Boolean).length).toBe(6)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

test('many simultaneous connections are bounded too', async () => {
  const { port } = await start({ inAll: 100, perAddress: 4 })
  const sockets = Array.from({ length: 50 }, () => open(port))
  await expect.poll(() => areOpen(sockets).filter(Boolean).length).toBe(4)
  const [left] = sockets.filter(({ destroyed }) => !destroyed)
  expect(await ask(left as Socket, '/healthz')).toBe('HTTP/1.1 200 OK')
})

test('when all are busy, the newest is refused with advice, and no other is cut off', async () => {
  const { port } = await start({ inAll: 3, perAddress: 3 })
  const streams = [open(port), open(port), open(port)]
  for (const socket of streams) await ask(socket, log)
  const answer = await readAnswer(open(port))
  expect([answer?.status, JSON.parse(answer?.body ?? '{}').error.code]).toEqual([503, 'service_unavailable'])
  await Promise.all(streams.map((socket) => once(socket, 'data')))
  streams[0]?.destroy()
  await expect.poll(() => ask(open(port), '/healthz')).toBe('HTTP/1.1 200 OK')
})

test('a trusted proxy is bounded only by the total', async () => {
  const { port } = await start({ inAll: 10, perAddress: 2 }, {}, { trustedProxies: ['127.0.0.0/8'] })
  const sockets = Array.from({ length: 10 }, () => open(port))
  for (const socket of sockets) expect(await ask(socket, '/healthz')).toBe('HTTP/1.1 200 OK')
  expect(areOpen(sockets)).not.toContain(false)
})

test('an idle connection is closed after any kind of response', async () => {
  const { port } = await start({ inAll: 10, perAddress: 10 }, { keepAliveMs: 100 })
  for (const path of ['/healthz', '/nothing']) {
    const socket = open(port)
    await ask(socket, path)
    socket.resume()
    await once(socket, 'close')
  }
})

test('a reader that accepts no byte of a page is cut off like one of a stream', async () => {
  const { promise: isAsked, resolve } = Promise.withResolvers<void>()
  const pages = async () => {
    resolve()
    return { status: 200, headers: {}, body: Buffer.alloc(32 * 1024 * 1024) }
  }
  const { port } = await start({ inAll: 1, perAddress: 1 }, { stallMs: 300 }, { pages })
  const socket = open(port)
  socket.pause()
  socket.write('GET /page HTTP/1.1\r\nHost: x\r\n\r\n')
  await isAsked
  // The closed connection makes room for another one.
  await expect.poll(() => ask(open(port), '/healthz')).toBe('HTTP/1.1 200 OK')
})

/** Sends a body byte by byte until a response arrives. */
async function trickle(port: number, head: string): Promise<RawAnswer | null> {
  const socket = open(port)
  socket.write(`${head}Host: x\r\nContent-Length: 100000\r\n\r\n`)
  const sending = setInterval(() => socket.write(' '), 50)
  try {
    return await readAnswer(socket)
  } finally {
    clearInterval(sending)
  }
}

test('a body that is sent byte by byte does not hold its connection, whether or not an operation reads it', async () => {
  const { port } = await start({ inAll: 10, perAddress: 10 }, { headersMs: 500, requestMs: 1000, bodyIdleMs: 400 })
  expect((await trickle(port, 'POST /nothing HTTP/1.1\r\n'))?.status).toBe(404)
  const head = `POST /api/v0/organizations HTTP/1.1\r\nAuthorization: Bearer ${memberToken}\r\nContent-Type: application/json\r\n`
  expect((await trickle(port, head))?.status).toBe(408)
})

test('G57 connections may use a third of the open file limit, and one address a quarter of that', () => {
  const openFiles = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }))
  const { inAll, perAddress } = connectionsHere(null, null)
  expect(inAll).toBe(Math.min(20_000, Math.floor(openFiles / 3)))
  expect(perAddress).toBe(Math.ceil(inAll / 4))
  expect(connectionsHere(100, null)).toEqual({ inAll: 100, perAddress: 25 })
  expect(connectionsHere(100, 500)).toEqual({ inAll: 100, perAddress: 100 })
})
