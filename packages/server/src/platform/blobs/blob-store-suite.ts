/** The contract tests of every kind of blob store. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { buffer, text } from 'node:stream/consumers'
import { effort } from '@harmont/test-kit/effort'
import { expect, test } from 'vitest'
import type { BlobStore } from './blob-store.ts'

async function names(blobs: BlobStore): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { name } of blobs.list()) found.push(name)
  return found
}

/** Writes a blob in two pieces. */
export async function write(blobs: BlobStore, bytes: Uint8Array, name?: string): Promise<string> {
  const writer = await blobs.create(name)
  const middle = Math.floor(bytes.length / 3)
  await writer.write(bytes.subarray(0, middle))
  await writer.write(bytes.subarray(middle))
  return writer.finish()
}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Tests a kind of blob store. `open` must return an empty one. */
export function blobStoreSuite(kind: string, open: () => Promise<BlobStore>): void {
  test(`${kind}: a finished blob can be read at once, whole and by range`, async () => {
    const blobs = await open()
    const writer = await blobs.create()
    await writer.write(Buffer.from('hello '))
    await writer.write(Buffer.from('world'))
    const name = await writer.finish()
    await writer.abort()
    expect(await blobs.size(name)).toBe(11)
    expect(await text(blobs.open(name))).toBe('hello world')
    expect(await text(blobs.open(name, { start: 4, end: 7 }))).toBe('o w')
    await blobs.remove(name)
    await blobs.remove(name)
    expect(await blobs.size(name)).toBeUndefined()
    await expect(text(blobs.open(name))).rejects.toThrow()
  })

  test(`${kind}: blobs of every size are read unchanged`, async () => {
    const blobs = await open()
    const part = 16 * 1024 * 1024
    const large = effort > 1 ? [part, 2 * part + 70_000, 5 * part] : []
    for (const size of [0, 1, 65_535, 65_536, 65_537, 200_000, part + 1, ...large]) {
      const bytes = Buffer.alloc(size, randomBytes(70_001))
      const name = await write(blobs, bytes)
      expect([size, await blobs.size(name)]).toEqual([size, size])
      expect(digestOf(await buffer(blobs.open(name)))).toBe(digestOf(bytes))
      const middle = Math.floor(size / 2)
      for (const [start, end] of [
        [0, 1],
        [middle, middle + 3],
        [middle - 70_000, middle + 70_000],
        [size - 1, size],
      ] as const)
        if (start >= 0 && end <= size)
          expect(await buffer(blobs.open(name, { start, end }))).toEqual(bytes.subarray(start, end))
      await blobs.remove(name)
    }
  })

  test(`${kind}: an aborted or unfinished blob is never seen`, async () => {
    const blobs = await open()
    const aborted = await blobs.create()
    await aborted.write(Buffer.from('x'))
    await aborted.abort()
    const unfinished = await blobs.create()
    await unfinished.write(Buffer.from('x'))
    expect(await names(blobs)).toEqual([])
    await blobs.removeUnfinished(new Date(0))
    const name = await unfinished.finish()
    expect(await names(blobs)).toEqual([name])
  })

  test(`${kind}: a blob with a given name replaces an existing blob of that name`, async () => {
    const blobs = await open()
    const name = randomUUID()
    expect(await write(blobs, Buffer.from('first'), name)).toBe(name)
    // Leaves a draft, as a killed process does.
    await (await blobs.create(name)).write(Buffer.from('never finished'))
    await write(blobs, Buffer.from('the second'), name)
    expect(await text(blobs.open(name))).toBe('the second')
    expect(await names(blobs)).toEqual([name])
  })

  test(`${kind}: a name cannot lead out of the store`, async () => {
    const blobs = await open()
    expect(() => blobs.open('../../etc/passwd')).toThrow('not the name of a blob')
    await expect(blobs.create('../../etc/passwd')).rejects.toThrow('not the name of a blob')
    expect(await blobs.size(randomUUID())).toBeUndefined()
  })
}
