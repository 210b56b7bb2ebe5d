import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { nextMove, openBallast } from './disk.ts'

const mib = 1024 ** 2
const log = pino({ level: 'silent' })

test('G55 ballast is released only on a nearly full disk, a part at a time, and reserved only if work still has room', () => {
  const long = { parts: 4, sinceDropMs: 60_000 }
  expect(nextMove(7 * mib, 512 * mib, long)).toBe('drop')
  expect(nextMove(7 * mib, 512 * mib, { ...long, sinceDropMs: 1_000 })).toBeNull()
  expect(nextMove(7 * mib, 512 * mib, { ...long, parts: 0 })).toBeNull()
  expect(nextMove(9 * mib, 512 * mib, long)).toBeNull()
  expect(nextMove(656 * mib, 512 * mib, { ...long, parts: 3 })).toBeNull()
  expect(nextMove(657 * mib, 512 * mib, { ...long, parts: 3 })).toBe('make')
  expect(nextMove(9_000 * mib, 512 * mib, long)).toBeNull()
})

test('G55 ballast takes disk space, is found by the next process, and can be released', async () => {
  const path = await mkdtemp('/var/tmp/harmont-ballast-')
  onTestFinished(() => rm(path, { recursive: true }))
  const directory = join(path, 'ballast')
  const free = (freeBytes: number) => ({ freeBytes, sizeBytes: 10_000 * mib, freeFiles: null })
  const first = await openBallast(directory, 1, log)
  for (let turn = 0; turn < 6; turn += 1) await first.balance(free(1_000 * mib))
  expect((await readdir(directory)).sort()).toEqual(['part-0', 'part-1', 'part-2', 'part-3'])
  const { blocks } = await stat(join(directory, 'part-0'))
  expect(blocks * 512).toBeGreaterThanOrEqual(16 * mib)
  const next = await openBallast(directory, 1, log)
  await next.balance(free(0))
  await next.balance(free(0))
  expect(await readdir(directory)).toHaveLength(3)
  await next.balance(free(1_000 * mib))
  expect(await readdir(directory)).toHaveLength(4)
})
