import { execFileSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bytesBelow, bytesOfFew } from './disk-use.ts'
import { nest } from './nested-tree.test-support.ts'

test('files in directories nested deeper than a path may be are counted by a process only', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'harmont-use-'))
  onTestFinished(() => void execFileSync('rm', ['-rf', directory]))
  expect(bytesOfFew([directory], 50)).toBe(await bytesBelow([directory]))
  nest(directory)
  expect(bytesOfFew([directory], 50)).toBeUndefined()
  expect(await bytesBelow([directory])).toBeGreaterThan(100_000 + 20 * 4_096)
})
