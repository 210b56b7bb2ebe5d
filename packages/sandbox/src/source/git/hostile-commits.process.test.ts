import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SourceLimits } from '../index.ts'
import { gitBench, type TestRepository } from './git.test-support.ts'

const it = gitBench()

/** Makes a commit whose tree has these entries, without git's checks. */
function rawTree(git: TestRepository['git'], entries: readonly (readonly [string, string, string])[]): string {
  const bytes = entries.map(([mode, name, id]) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]),
  )
  return git(['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], Buffer.concat(bytes))
}

/** Checks out a commit of this tree. */
function build({ git, checkout }: TestRepository, tree: string, limits: Partial<SourceLimits> = {}) {
  const id = git(['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit-tree', '-m', 'x', tree])
  git(['update-ref', 'refs/heads/main', id])
  return checkout(id, { limits })
}

const blobOf = ({ git }: TestRepository, content: string) => git(['hash-object', '-w', '--stdin'], content)

test.for([
  ['.git', /is inside a folder that only git may create/],
  ['.GiT', /is inside a folder that only git may create/],
  ['..', /not a valid path in a tree/],
  ['a/../../b', /not a valid path in a tree/],
  ['/etc', /not a valid path in a tree/],
] as const)('G25 refuses an entry named %s, at the top and below', async ([name, reason]) => {
  const repository = it.newRepository()
  const { git } = repository
  const folder = rawTree(git, [['100644', 'hooks', blobOf(repository, 'x')]])
  const bad = rawTree(git, [['40000', name, folder]])
  for (const tree of [bad, rawTree(git, [['40000', 'deep', bad]])]) {
    const message = expect.stringMatching(reason)
    await expect(build(repository, tree)).rejects.toMatchObject({ code: 'source_invalid', message })
  }
})

test('G25 does not write through a folder that is also a link', async () => {
  const repository = it.newRepository()
  const { git } = repository
  const planted = rawTree(git, [['100644', 'planted', blobOf(repository, 'x')]])
  const target = blobOf(repository, it.folder)
  const link = ['120000', 'd', target] as const
  const folder = ['40000', 'd', planted] as const
  for (const entries of [
    [link, folder],
    [folder, link],
  ]) {
    await expect(build(repository, rawTree(git, entries))).rejects.toMatchObject({ code: 'source_invalid' })
  }
  expect(existsSync(join(it.folder, 'planted'))).toBe(false)
})

test('G25 refuses ten files that stand for 10^10 before it lists too many', async () => {
  const repository = it.newRepository()
  let bomb = blobOf(repository, 'x')
  for (let depth = 0; depth < 10; depth += 1) {
    const [mode, below] = [depth === 0 ? '100644' : '40000', bomb]
    const entries = Array.from({ length: 10 }, (_, i) => [mode, `f${i}`, below] as const)
    bomb = rawTree(repository.git, entries)
  }
  const message = expect.stringContaining('more than 10000 entries')
  const refused = build(repository, bomb, { entries: 10_000 })
  await expect(refused).rejects.toMatchObject({ code: 'source_invalid', message })
})

test('G25 refuses files beyond the size limit of a source before writing them', async () => {
  const repository = it.newRepository()
  const { git } = repository
  const half = blobOf(repository, 'x'.repeat(600_000))
  const tree = rawTree(git, [
    ['100644', 'a', half],
    ['100644', 'b', half],
  ])
  const message = expect.stringContaining('exceed 1000000 bytes')
  const refused = build(repository, tree, { bytes: 1_000_000 })
  await expect(refused).rejects.toMatchObject({ code: 'source_invalid', message })
  await expect(build(repository, tree)).resolves.toMatchObject({ tree: {} })
})
