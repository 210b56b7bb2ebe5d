import { appendFile, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { kernelThread } from '../system/kernel/kernel-thread.ts'
import { SpoolTrim } from './spool-trim.ts'

const MiB = 1024 * 1024

let directory: string
let path: string
beforeEach(async () => {
  // Not below /tmp, which may be a tmpfs.
  directory = await mkdtemp('/var/tmp/harmont-spool-')
  path = join(directory, 'spool')
})
afterEach(() => rm(directory, { recursive: true }))

const ways = [
  { by: 'the kernel thread', kernel: kernelThread, freed: 80 },
  { by: 'a program', kernel: async () => undefined, freed: 64 },
]

it.each(ways)(
  'frees the space of output that was read by $by, and later output keeps its offsets, even for the appender',
  async ({ kernel, freed }) => {
    for (let part = 0; part < 10; part++) await appendFile(path, Buffer.alloc(20 * MiB, part + 1))
    const trim = new SpoolTrim(path, kernel)
    await trim.release(71 * MiB)
    expect((await stat(path)).blocks * 512).toBeGreaterThanOrEqual(200 * MiB)
    await trim.release(150 * MiB)
    await appendFile(path, 'end')
    const { size, blocks } = await stat(path)
    expect(size).toBe(200 * MiB + 3)
    // Whole portions have been freed.
    expect(Math.ceil((blocks * 512) / MiB)).toBe(200 - freed + 1)
    const file = await open(path)
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 100 * MiB - 1)
    expect([...buffer]).toEqual([5, 6])
    await file.close()
  },
)

it.each(ways)('fails if the spool is missing, by $by', async ({ kernel }) => {
  await expect(new SpoolTrim(path, kernel).release(128 * MiB)).rejects.toThrow('spool')
})
