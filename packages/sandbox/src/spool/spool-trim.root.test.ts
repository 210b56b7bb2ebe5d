import { appendFile, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SpoolTrim } from './spool.ts'

const MiB = 1024 * 1024

let directory: string
let path: string
beforeEach(async () => {
  // Not below /tmp, which may be a tmpfs.
  directory = await mkdtemp('/var/tmp/harmont-spool-')
  path = join(directory, 'spool')
})
afterEach(() => rm(directory, { recursive: true }))

it('frees the space of output that was read, and later output keeps its offsets, even for the appender', async () => {
  for (let part = 0; part < 10; part++) await appendFile(path, Buffer.alloc(20 * MiB, part + 1))
  const trim = new SpoolTrim(path)
  await trim.release(63 * MiB)
  expect((await stat(path)).blocks * 512).toBeGreaterThanOrEqual(200 * MiB)
  await trim.release(150 * MiB)
  await appendFile(path, 'end')
  const { size, blocks } = await stat(path)
  expect(size).toBe(200 * MiB + 3)
  // Two portions of 64 MiB have been freed.
  expect(blocks * 512).toBeLessThan(73 * MiB)
  const file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 140 * MiB - 1)
  expect([...buffer]).toEqual([7, 8])
  await file.close()
})

it('fails if the spool is missing', async () => {
  await expect(new SpoolTrim(path).release(64 * MiB)).rejects.toThrow('fallocate')
})
