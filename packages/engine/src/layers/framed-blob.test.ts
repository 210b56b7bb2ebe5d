import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  blobBytes,
  Damaged,
  decodeFrames,
  encodeFrames,
  frameContent,
  framesAround,
  objectBytes,
} from './framed-blob.ts'

const around = (length: number) => fc.integer({ min: Math.max(0, length - 3), max: length + 3 })
/** Sizes around frame boundaries. */
const anySize = fc.oneof(around(0), around(frameContent), around(2 * frameContent), fc.nat({ max: 3 * frameContent }))

async function encode(name: string, content: Buffer): Promise<Buffer> {
  return encodeFrames({ name, size: content.length }, { start: 0, end: content.length }, async (into, position) => {
    content.copy(into, 0, position)
  })
}

async function decode(blob: { name: string; size: number }, first: number, bytes: Buffer, chunk = 10_000) {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
    bytes.subarray(at * chunk, (at + 1) * chunk),
  )
  return Buffer.concat(await Array.fromAsync(decodeFrames(blob, first, Readable.from(chunks))))
}

const pattern = Buffer.from(Array.from({ length: 70_001 }, (_, at) => (at * 7 + (at >> 8)) % 256))
const contentOf = (size: number) => Buffer.alloc(size, pattern)

test('a blob has the same bytes after its frames, both whole and from any frame on', async () => {
  await fc.assert(
    fc.asyncProperty(anySize, fc.integer({ min: 1, max: 200_000 }), fc.nat(), async (size, chunk, place) => {
      const name = randomUUID()
      const content = contentOf(size)
      const object = await encode(name, content)
      expect([objectBytes(size), blobBytes(object.length)]).toEqual([object.length, size])
      expect((await decode({ name, size }, 0, object, chunk)).equals(content)).toBe(true)
      const start = size === 0 ? 0 : place % size
      const { first, start: from, end } = framesAround({ start, end: size })
      const rest = await decode({ name, size }, first, object.subarray(from, end), chunk)
      expect(rest.equals(content.subarray(first * frameContent))).toBe(true)
    }),
    { numRuns: 25 },
  )
})

test('a changed byte, another position, another blob and a truncated object are detected', async () => {
  const name = randomUUID()
  const size = 2 * frameContent + 5
  const content = Buffer.alloc(size, 'x')
  const object = await encode(name, content)
  const isNoticed = (of: { name: string; size: number }, first: number, bytes: Buffer) =>
    expect(decode(of, first, bytes)).rejects.toBeInstanceOf(Damaged)
  for (const at of [0, 5, frameContent, frameContent + 3, frameContent + 4, object.length - 1]) {
    const changed = Buffer.from(object)
    changed.writeUInt8(changed.readUInt8(at) ^ 4, at)
    await isNoticed({ name, size }, 0, changed)
  }
  // Equal content from the next frame.
  await isNoticed({ name, size }, 0, object.subarray(frameContent + 4))
  await isNoticed({ name: randomUUID(), size }, 0, object)
  const shortened = object.subarray(0, frameContent + 4)
  await isNoticed({ name, size: blobBytes(shortened.length) }, 0, shortened)
  await isNoticed({ name, size }, 0, object.subarray(0, -1))
  await isNoticed({ name, size }, 0, Buffer.concat([object, Buffer.from('more')]))
})

test('no blob has an object with an empty last frame', () => {
  for (const bytes of [0, 1, 3, frameContent + 5, frameContent + 8]) expect(() => blobBytes(bytes)).toThrow(Damaged)
  expect([4, 5, frameContent + 4, frameContent + 9].map(blobBytes)).toEqual([0, 1, frameContent, frameContent + 1])
})
