import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Hello, HelloReader, largestHello } from './client-hello.ts'

/** Returns the first bytes that OpenSSL sends. */
async function helloFor(servername: string): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      resolve(chunk)
      done()
    },
  })
  const client = connect({ socket: wire, servername })
  client.on('error', () => {})
  const hello = await promise
  client.destroy()
  await once(client, 'close')
  return hello
}

const hello = await helloFor('registry.npmjs.org')
const named: Hello = { kind: 'name', name: 'registry.npmjs.org' }

/** Reads chunks until the reader has a result. */
function read(chunks: readonly Buffer[]): Hello {
  const reader = new HelloReader()
  for (const chunk of chunks) {
    const said = reader.push(chunk)
    if (said.kind !== 'more') return said
  }
  return { kind: 'more' }
}

/** Cuts bytes at these places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const at = [0, ...places.map((place) => place % bytes.length).toSorted((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

/** Splits a message into records of at most this size. */
function inRecords(message: Buffer, size: number): Buffer {
  const records: Buffer[] = []
  for (let at = 0; at < message.length; at += size) {
    const content = message.subarray(at, at + size)
    records.push(Buffer.from([22, 3, 1, content.length >> 8, content.length & 255]), content)
  }
  return Buffer.concat(records)
}

it('finds the name regardless of how the hello is divided into segments and records', () => {
  expect(read([hello])).toEqual(named)
  const places = fc.array(fc.nat(), { maxLength: 20 })
  fc.assert(
    fc.property(places, fc.integer({ min: 1, max: 2_000 }), (segments, size) => {
      const bytes = inRecords(hello.subarray(5), size)
      // Headers of tiny records count towards the size, so too many records are refused.
      const wanted = bytes.length > largestHello ? { kind: 'none' } : named
      expect(read(cut(bytes, segments))).toEqual(wanted)
    }),
  )
  expect(read([...hello].map((byte) => Buffer.from([byte])))).toEqual(named)
})

it('waits for the rest of a hello, and refuses one that is too long', () => {
  expect(read([hello.subarray(0, -1)])).toEqual({ kind: 'more' })
  const endless = Buffer.concat([Buffer.from([1, 0, 127, 0]), Buffer.alloc(2 * largestHello)])
  expect(read([inRecords(endless, 16_000)])).toEqual({ kind: 'none' })
  expect(read([Buffer.from([22, 3, 1, 0, 4, 1, 255, 255, 255])])).toEqual({ kind: 'none' })
})

it('refuses other messages, and hellos without a host name', async () => {
  const none = { kind: 'none' }
  for (const text of ['GET / HTTP/1.1\r\n\r\n', 'SSH-2.0-x', '\x16\x02', '\x16\x03\x01\0\0'])
    expect(read([Buffer.from(text, 'latin1')])).toEqual(none)
  expect(read([await helloFor('')])).toEqual(none)
  // Changes the number of the extension.
  const at = hello.indexOf('registry.npmjs.org')
  const other = Buffer.from(hello)
  other[at - 8] = 254
  expect(read([other])).toEqual(none)
  // A server hello.
  expect(read([Buffer.from([22, 3, 3, 0, 4, 2, 0, 0, 0])])).toEqual(none)
})

it('accepts arbitrary bytes without an error', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
  fc.assert(
    fc.property(bytes, fc.nat({ max: hello.length }), (random, keep) => {
      const begun = Buffer.concat([hello.subarray(0, keep), random])
      expect(['name', 'none', 'more']).toContain(read([begun]).kind)
    }),
  )
})
