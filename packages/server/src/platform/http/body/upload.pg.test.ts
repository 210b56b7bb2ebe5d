import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heldBytes } from '../../../testing/held-bytes.ts'
import { seen } from '../testing/handlers.ts'
import { memberToken, startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const mebibyte = 1024 * 1024
// A multiple of three bytes, so that pieces of base64 join without padding.
const piece = Buffer.alloc(48 * 1024, 'harmont')
const path = '/api/v0/organizations/acme/pipelines/ci/builds'

/** Sends an archive of the given size as `source_b64`, one piece at a time. */
async function upload(
  bytes: number,
  tail = '","branch":"main"}',
  onPiece = (_sent: number): void => {},
): Promise<{ status: number | undefined; body: string }> {
  const answered = Promise.withResolvers<{ status: number | undefined; body: string }>()
  const headers = { authorization: `Bearer ${memberToken}`, 'content-type': 'application/json' }
  const sending = request({ port: server.port, path, method: 'POST', headers }, async (response) => {
    let body = ''
    for await (const chunk of response.setEncoding('utf8')) body += chunk
    answered.resolve({ status: response.statusCode, body })
  })
  const encoded = Buffer.from(piece.toString('base64'))
  await pipeline(
    Readable.from(
      (function* () {
        yield '{"commit":"abc","source_b64":"'
        for (let sent = 0; sent < bytes; sent += piece.length) {
          onPiece(sent)
          yield encoded
        }
        yield tail
      })(),
    ),
    sending,
  )
  return answered.promise
}

describe('an upload', () => {
  it('is written to the sink as it arrives: 45 MiB grow the process by less than 20 MiB', async () => {
    for (let round = 0; round < 20; round += 1) await upload(mebibyte)
    server.sink.bytes = 0
    const before = heldBytes()
    const samples: number[] = []
    // A garbage collection takes time, so it runs once per three mebibytes.
    const answer = await upload(45 * mebibyte, undefined, (sent) => {
      if (sent % (3 * mebibyte) === 0) samples.push(heldBytes())
    })
    expect(answer.status).toBe(201)
    const hash = createHash('sha256')
    for (let sent = 0; sent < 45 * mebibyte; sent += piece.length) hash.update(piece)
    expect(seen.source).toMatchObject({ bytes: 45 * mebibyte, sha256: hash.digest('hex') })
    expect(seen.body).toMatchObject({ branch: 'main', commit: 'abc' })
    expect(server.sink.bytes).toBe(45 * mebibyte)
    expect(samples).toHaveLength(15)
    expect((Math.max(...samples) - before) / mebibyte).toBeLessThan(20)
  })

  it('leaves nothing behind when the rest of the body is refused', async () => {
    const { finished, aborted } = server.sink
    expect(JSON.parse((await upload(mebibyte, '","branch":5}')).body).error.code).toBe('build_invalid')
    expect(JSON.parse((await upload(mebibyte, '=","branch":"main"}')).body).error.errors).toEqual([
      { field: 'source_b64', message: 'must be standard base64 with padding' },
    ])
    expect(JSON.parse((await upload(mebibyte, '"')).body).error.code).toBe('invalid_json')
    const large = JSON.parse((await upload(50 * mebibyte)).body)
    expect([large.error.code, large.error.limit_bytes]).toEqual(['payload_too_large', 64 * mebibyte])
    expect([server.sink.finished - finished, server.sink.aborted - aborted]).toEqual([0, 4])
  })

  it('is removed when its sender disconnects', async () => {
    const { aborted } = server.sink
    server.sink.bytes = 0
    const headers = { authorization: `Bearer ${memberToken}`, 'content-type': 'application/json' }
    const sending = request({ port: server.port, path, method: 'POST', headers })
    sending.on('error', () => undefined)
    sending.write(`{"source_b64":"${piece.toString('base64')}`)
    await expect.poll(() => server.sink.bytes).toBeGreaterThan(0)
    sending.destroy()
    await expect.poll(() => server.sink.aborted).toBe(aborted + 1)
  })
})
