import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DigestMemory } from './digest-memory.ts'
import { Project } from './project.test-support.ts'
import { readSourceSet } from './read-source-set.ts'
import { sourceDigests } from './source-digests.ts'

let file: string
// The clock is ahead, so that no change of these tests is recent.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
  file = join(new Project().path, 'digests.json')
})
afterEach(() => {
  vi.useRealTimers()
})

async function digestOf(project: Project, path: string, memory: DigestMemory | null): Promise<string | undefined> {
  return (await sourceDigests(await readSourceSet(project.path), memory).of([path]))[0]
}

/** Writes a file until the kernel's clock has moved on, as it has for changes that are not recent. */
function change(project: Project, path: string, text: string): void {
  const touched = () => statSync(join(project.path, path), { throwIfNoEntry: false })?.ctimeMs
  const before = touched()
  do project.write({ [path]: text })
  while (touched() === before)
}

test('a folder without changes is not read again, by another process either', async () => {
  const project = new Project({ 'src/a': 'x', 'src/d/b': 'y' })
  const digest = await digestOf(project, 'src', new DigestMemory(file))
  expect(digest).toBe(await digestOf(project, 'src', null))
  const kept = JSON.parse(readFileSync(file, 'utf8')) as [string, string][]
  expect(kept).toEqual([[expect.any(String), digest]])
  const told = '0'.repeat(64)
  writeFileSync(file, JSON.stringify([[kept[0]?.[0], told]]))
  expect(await digestOf(project, 'src', new DigestMemory(file))).toBe(told)
})

test('a changed file of the same size and time is noticed', async () => {
  const project = new Project({ 'src/a': 'x' })
  const before = await digestOf(project, 'src', new DigestMemory(file))
  const { atime, mtime } = statSync(join(project.path, 'src/a'))
  change(project, 'src/a', 'z')
  utimesSync(join(project.path, 'src/a'), atime, mtime)
  const after = await digestOf(project, 'src', new DigestMemory(file))
  expect(after).not.toBe(before)
  expect(after).toBe(await digestOf(project, 'src', null))
})

test('nothing is kept of a folder that changed a moment ago, or if the kept digests are damaged', async () => {
  vi.setSystemTime(vi.getRealSystemTime())
  const project = new Project({ 'src/a': 'x' })
  vi.setSystemTime(statSync(join(project.path, 'src/a')).ctimeMs + 19)
  expect(await digestOf(project, 'src', new DigestMemory(file))).toBe(await digestOf(project, 'src', null))
  expect(existsSync(file)).toBe(false)
  vi.setSystemTime(vi.getRealSystemTime() + 60_000)
  for (const damaged of ['', '{}', '[[1,2]]', '[["a","b"]]', 'null']) {
    writeFileSync(file, damaged)
    const digest = await digestOf(project, 'src', new DigestMemory(file))
    expect(digest).toBe(await digestOf(project, 'src', null))
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(1)
  }
})

test('with a memory, digests are those without one, whatever changes', async () => {
  const edit = fc.record({
    path: fc.constantFrom('src/a', 'src/b', 'src/d/a', 'src/d/e/f', 'other'),
    text: fc.constantFrom('x', 'y', 'long'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 6 }), async (changes) => {
      const project = new Project({ 'src/a': '', 'src/d/e/f': '' })
      for (const { path, text } of changes) {
        change(project, path, text)
        for (const asked of ['src', 'src/d', '.'])
          expect(await digestOf(project, asked, new DigestMemory(file))).toBe(await digestOf(project, asked, null))
      }
    }),
    { numRuns: 20 },
  )
})
