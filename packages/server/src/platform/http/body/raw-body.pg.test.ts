import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { operation } from '../index.ts'
import { readAnswer } from '../testing/raw-client.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'

const mebibyte = 1024 * 1024
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const receiveWebhook = operation('receiveWebhook', async ({ body: { raw } }) => ({
  status: 202,
  body: { status: 'accepted' as const },
  headers: { 'x-raw': hashOf(raw) },
}))

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ receiveWebhook })
})
afterAll(() => server.close())

async function send(body: Uint8Array<ArrayBuffer> | undefined, headers: Record<string, string> = {}, url = server.url) {
  const init = body === undefined ? { headers } : { headers, body }
  const answer = await fetch(`${url}/webhooks/github`, { method: 'POST', ...init })
  return { status: answer.status, hash: answer.headers.get('x-raw'), text: await answer.text() }
}

test('G36 a signed body reaches its operation byte for byte', async () => {
  const bodies = [Buffer.from('{"a": 1}'), Buffer.from([0, 255, 0xed, 0xa0, 0x80, 13, 10]), Buffer.alloc(0)]
  const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain; charset=latin1', 'a;;/']
  for (const bytes of bodies)
    for (const type of types)
      expect(await send(bytes, { 'content-type': type })).toMatchObject({ status: 202, hash: hashOf(bytes) })
  expect(await send(undefined)).toMatchObject({ status: 202, hash: hashOf(Buffer.alloc(0)) })
})

test('a signed body has at most 25 MiB', async () => {
  const largest = randomBytes(25 * mebibyte)
  expect(await send(largest)).toMatchObject({ status: 202, hash: hashOf(largest) })
  const { status, text } = await send(Buffer.concat([largest, Buffer.from('x')]))
  expect(status).toBe(413)
  expect(JSON.parse(text).error).toMatchObject({ code: 'payload_too_large', limit_bytes: 25 * mebibyte })
})

test('the bytes of signed bodies in memory are bounded: further bodies are refused, but not small or later ones', async () => {
  const small = await startTestServer(
    { receiveWebhook },
    {},
    { bodyBudget: { inAll: 17 * mebibyte, perCaller: 50 * mebibyte } },
  )
  onTestFinished(small.close)
  const open = () => {
    const socket = connect({ port: small.port, host: '127.0.0.1' })
    socket.write(`POST /webhooks/github HTTP/1.1\r\nContent-Length: ${2 * mebibyte + 1}\r\n\r\n`)
    socket.write(Buffer.alloc(2 * mebibyte))
    return socket
  }
  const statusOf = async (bytes: number) => (await send(Buffer.alloc(bytes), {}, small.url)).status
  // An accepted request of the poll may have used the budget of a held body, which was then
  // refused.
  const untilFull = async (sockets: Socket[]) => {
    const refusal = async () => {
      for (const [turn, { bytesRead }] of sockets.entries()) if (bytesRead > 0) sockets[turn] = open()
      return JSON.parse((await send(Buffer.alloc(2 * mebibyte), {}, small.url)).text).error?.code
    }
    await expect.poll(refusal).toBe('service_unavailable')
  }
  const held = Array.from({ length: 8 }, open)
  await untilFull(held)
  expect(await statusOf(mebibyte / 2)).toBe(202)
  for (const socket of held) socket.write(Buffer.alloc(1))
  const answers = (await Promise.all(held.map(readAnswer))).map((answer) => answer?.status)
  // A body may have arrived while a request of the poll used the budget.
  const taken = answers.filter((status) => status !== 503)
  expect(taken).toEqual(taken.map(() => 202))
  expect(taken.length).toBeGreaterThanOrEqual(4)
  // A body is not counted after its sender has disconnected.
  const gone = Array.from({ length: 8 }, open)
  await untilFull(gone)
  for (const socket of gone) socket.destroy()
  await expect.poll(() => statusOf(2 * mebibyte)).toBe(202)
})
