import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { storePool } from './pool.ts'

afterEach(() => void vi.useRealTimers())

/** PostgreSQL's messages "authentication ok" and "ready for query". */
const welcome = Buffer.from('520000000800000000' + '5a0000000549', 'hex')

test.each([
  ['accepts a connection and never answers', null, 'Connection terminated due to connection timeout'],
  ['falls silent after the start of a connection', welcome, 'Query read timeout'],
])('G02 a balancer that %s holds nobody up for good', async (_, answer, message) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pool = storePool({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, () => undefined)
  const failed = pool.connect().then(
    () => 'connected',
    (error: Error) => error.message,
  )
  const [socket] = (await once(server, 'connection')) as [Socket]
  socket.on('error', () => undefined)
  await once(socket, 'data')
  if (answer !== null) {
    socket.write(answer)
    await once(socket, 'data')
  }
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await failed).toBe(message)
  server.close()
  socket.destroy()
  await pool.end()
})
