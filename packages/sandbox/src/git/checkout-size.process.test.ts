import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gitBench } from './git.test-support.ts'

const it = gitBench()
const count = 100_000
const name = (i: number) => `src/d${i % 300}/file-${i}.txt`

test('of 100,000 files a push of one moves less than 1 MB to the runner, and writes one', async () => {
  const { commit, checkout } = it.newRepository()
  const files = Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), `file ${i} ${Math.sin(i)}\n`]))
  const whole = await checkout(commit({ ref: 'refs/heads/main', files }))
  const first = it.server.bytesSent
  const push = await checkout(commit({ ref: 'refs/heads/main', files: { [name(7_000)]: 'new\n' } }))
  const second = it.server.bytesSent - first
  expect(first).toBeGreaterThan(1_000_000)
  expect(second).toBeLessThan(1_000_000)
  expect(readFileSync(join(push.tree.path, name(7_000)), 'utf8')).toBe('new\n')
  const written = Array.from({ length: count }, (_, i) => name(i)).filter(
    (path) => lstatSync(join(push.tree.path, path)).ino !== lstatSync(join(whole.tree.path, path)).ino,
  )
  expect(written).toEqual([name(7_000)])
})
