import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { scaled } from '@harmont/test-kit/effort'
import { expect, test } from 'vitest'
import { gitBench } from './git.test-support.ts'

const it = gitBench()
const count = scaled(1_500, 100_000)
const name = (i: number) => `src/d${i % 300}/file-${i}.txt`

test(`a push of one file out of ${count} transfers little, and writes one file`, async () => {
  const { commit, checkout } = it.newRepository()
  const files = Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), `file ${i} ${Math.sin(i)}\n`]))
  const whole = await checkout(commit({ ref: 'refs/heads/main', files }))
  const first = it.server.bytesSent
  const push = await checkout(commit({ ref: 'refs/heads/main', files: { [name(700)]: 'new\n' } }))
  const second = it.server.bytesSent - first
  expect(first).toBeGreaterThan(20 * count)
  // The parent folders.
  expect(second).toBeLessThan(20_000)
  expect(readFileSync(join(push.tree.path, name(700)), 'utf8')).toBe('new\n')
  const written = Array.from({ length: count }, (_, i) => name(i)).filter(
    (path) => lstatSync(join(push.tree.path, path)).ino !== lstatSync(join(whole.tree.path, path)).ino,
  )
  expect(written).toEqual([name(700)])
})
