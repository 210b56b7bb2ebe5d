import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gitBench } from './git.test-support.ts'

const it = gitBench()

function clearPacks(mirror: string): void {
  const packs = join(mirror, 'objects/pack')
  for (const name of readdirSync(packs).filter((file) => file.endsWith('.pack'))) {
    rmSync(join(packs, name))
    writeFileSync(join(packs, name), '')
  }
}

function replaceByFile(mirror: string): void {
  rmSync(mirror, { recursive: true })
  writeFileSync(mirror, '')
}

function rubbish(mirror: string): void {
  writeFileSync(join(mirror, 'HEAD'), 'rubbish')
  writeFileSync(join(mirror, 'packed-refs'), 'rubbish')
}

test.for([
  ['empty packs', (mirror: string) => clearPacks(mirror)],
  ['no packs', (mirror: string) => rmSync(join(mirror, 'objects/pack'), { recursive: true })],
  ['an invalid HEAD and invalid refs', (mirror: string) => rubbish(mirror)],
  ['a file in its place', (mirror: string) => replaceByFile(mirror)],
] as const)('a mirror with %s is made again', async ([, damage]) => {
  const { commit, checkout, mirror } = it.newRepository()
  await checkout(commit({ ref: 'refs/heads/main', files: { a: 'a', kept: 'k' } }))
  damage(mirror)
  const { tree } = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'b' } }))
  expect([readFileSync(join(tree.path, 'a'), 'utf8'), readFileSync(join(tree.path, 'kept'), 'utf8')]).toEqual([
    'b',
    'k',
  ])
})

test('a tree with a missing file is not used as a base', async () => {
  const { commit, checkout } = it.newRepository()
  const { tree } = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'a', kept: 'k' } }))
  rmSync(join(tree.path, 'kept'))
  const next = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'b' } }))
  expect(readFileSync(join(next.tree.path, 'kept'), 'utf8')).toBe('k')
})

test('the packs of many small fetches are merged, and earlier builds remain complete', async () => {
  const { commit, checkout, mirror } = it.newRepository()
  const first = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'a' } }))
  const packs = join(mirror, 'objects/pack')
  const git = (args: readonly string[], input: string) =>
    execFileSync('git', ['--git-dir', mirror, ...args], { input, encoding: 'utf8' })
  for (let i = 0; i < 40; i += 1) {
    const blob = git(['hash-object', '-w', '--stdin'], `${i}`)
    git(['pack-objects', '--quiet', join(packs, 'pack')], blob)
  }
  const last = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'b' } }))
  expect(readdirSync(packs).filter((file) => file.endsWith('.pack')).length).toBeLessThan(5)
  for (const { gitDirectory } of [first, last])
    execFileSync('git', ['--git-dir', gitDirectory, 'fsck', '--connectivity-only', 'HEAD'], { stdio: 'pipe' })
})
