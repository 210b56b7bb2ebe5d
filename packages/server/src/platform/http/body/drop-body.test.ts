import { once } from 'node:events'
import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { dropBody } from './drop-body.ts'

const mebibyte = 1024 * 1024

/** Returns a real request whose body is unread. */
async function arriving(bytes: number): Promise<IncomingMessage> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = send({ host: '127.0.0.1', port, method: 'POST', headers: { 'content-length': bytes } })
  client.on('error', () => {})
  client.end(Buffer.alloc(bytes))
  const [request] = (await once(server, 'request')) as [IncomingMessage]
  return request
}

test('a large body is dropped piece by piece at 32 MiB a second, not at full speed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const request = await arriving(4 * mebibyte)
  let seen = 0
  const pieces: { readonly before: boolean; readonly after: boolean }[] = []
  request.on('data', (chunk: Buffer) => (seen += chunk.length))
  request.pause()
  request.on('pause', () =>
    queueMicrotask(() => {
      // 256 KiB take 7.8 ms.
      vi.advanceTimersByTime(7)
      const before = request.isPaused()
      vi.advanceTimersByTime(1)
      pieces.push({ before, after: request.isPaused() })
    }),
  )
  expect(await dropBody(request, 600_000)).toBe(true)
  expect(seen).toBe(4 * mebibyte)
  // A piece exceeds the limit by at most one chunk, up to 64 KiB.
  expect(pieces.length).toBeGreaterThan(11)
  expect(new Set(pieces.map((piece) => JSON.stringify(piece)))).toEqual(new Set(['{"before":true,"after":false}']))
})

test('a small body is dropped without a pause', async () => {
  const request = await arriving(100 * 1024)
  request.on('pause', () => expect.unreachable())
  expect(await dropBody(request, 600_000)).toBe(true)
})
