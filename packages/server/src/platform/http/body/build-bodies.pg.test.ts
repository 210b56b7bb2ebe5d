import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { readAnswer, sendRaw } from '../testing/raw-client.ts'
import { memberToken, startTestServer, type TestServer } from '../testing/server.ts'

const mebibyte = 1024 * 1024

const path = '/api/v0/organizations/acme/pipelines/ci/builds'
const head = (length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${memberToken}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

/** Starts a build with an endless pipeline. */
function begin({ port }: TestServer, bytes: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' })
  onTestFinished(() => {
    socket.destroy()
  })
  socket.on('error', () => {}) // a reset connection counts as closed
  socket.write(`${head(62 * mebibyte)}{"branch":"main","commit":"c","pipeline_ir":"`)
  socket.write(Buffer.alloc(bytes, 'x'))
  return socket
}

test('an oversized pipeline is refused while it arrives', async () => {
  const server = await startTestServer({}, { bodyIdleMs: 400 })
  onTestFinished(server.close)
  const answer = await readAnswer(begin(server, 17 * mebibyte))
  expect([answer?.status, JSON.parse(answer?.body ?? '{}').error.code]).toEqual([413, 'payload_too_large'])
})

test('G57 one caller has a bounded number of bytes in flight; small requests still pass, and a disconnect releases the bytes', async () => {
  const server = await startTestServer({}, {}, { bodyBudget: { inAll: 20 * mebibyte, perCaller: 10 * mebibyte } })
  onTestFinished(server.close)
  const create = async (bytes: number) => {
    const body = `{"branch":"main","commit":"c","message":"${'x'.repeat(bytes)}"}`
    return (await sendRaw(server.port, head(body.length) + body))?.status
  }
  const held: ReturnType<typeof begin>[] = []
  // A request of this poll may occupy the budget, so that another one is refused.
  await expect
    .poll(() => {
      held.push(begin(server, 3 * mebibyte))
      return create(2 * mebibyte)
    })
    .toBe(429)
  expect(await create(100)).toBe(201)
  for (const socket of held) socket.destroy()
  await expect.poll(() => create(2 * mebibyte)).toBe(201)
})
