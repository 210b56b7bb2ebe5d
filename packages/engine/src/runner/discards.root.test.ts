import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Discards } from './discards.ts'
import { openDriver } from './runner.test-support.ts'

test('G24 a sandbox that cannot be removed is destroyed later, and delays no jobs', async () => {
  const directory = await mkdtemp('/var/tmp/harmont-discards-')
  const driver = await openDriver(directory)
  try {
    const sandbox = await driver.create({
      id: 'withstands',
      label: {},
      base: { image: await driver.resolveImage('host') },
      limits: { cpu: 1, memoryBytes: 2 ** 28, diskBytes: 2 ** 28, pids: 64 },
      network: 'none',
    })
    const files = join(directory, 'sandboxes', 'sandboxes', 'withstands')
    // A mounted directory cannot be renamed.
    execFileSync('mount', ['--bind', files, files])
    const complaints: string[] = []
    const discards = new Discards((_level, message) => complaints.push(message), 200)
    try {
      discards.add(sandbox)
      await expect.poll(() => discards.count).toBe(0)
      expect(await driver.list()).toHaveLength(1)
    } finally {
      execFileSync('umount', [files])
    }
    await expect.poll(() => driver.list()).toEqual([])
    expect(complaints.length).toBeGreaterThanOrEqual(3)
    await discards.stop()
  } finally {
    await driver.close()
    await rm(directory, { recursive: true, force: true })
  }
})
