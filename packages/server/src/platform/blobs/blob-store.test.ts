import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { type BlobStore, openDirectoryStore } from './blob-store.ts'

async function store() {
  const path = await mkdtemp(join(tmpdir(), 'harmont-blobs-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return openDirectoryStore(join(path, 'blobs'))
}

async function names(blobs: BlobStore): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { name } of blobs.list()) found.push(name)
  return found
}

test('a finished blob can be read at once, whole and by range', async () => {
  const blobs = await store()
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
})

test('an aborted or unfinished blob is never seen', async () => {
  const blobs = await store()
  const aborted = await blobs.create()
  await aborted.write(Buffer.from('x'))
  await aborted.abort()
  const open = await blobs.create()
  await open.write(Buffer.from('x'))
  expect(await names(blobs)).toEqual([])
  await blobs.removeUnfinished(new Date(0))
  const name = await open.finish()
  expect(await names(blobs)).toEqual([name])
})

test('a name cannot lead out of the directory', async () => {
  const blobs = await store()
  expect(() => blobs.open('../../etc/passwd')).toThrow('not the name of a blob')
  expect(await blobs.size(randomUUID())).toBeUndefined()
})
