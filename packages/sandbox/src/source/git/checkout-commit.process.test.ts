import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gitRepository, startGitServer } from '@harmont/outside/git-server'
import { chance } from '@harmont/test-kit/effort'
import { expect, test } from 'vitest'
import { gitBench, token } from './git.test-support.ts'

const it = gitBench()
const random = chance()

test('files, modes, links and submodules of a commit appear in its tree as in the repository', async () => {
  const { commit, checkout } = it.newRepository()
  const id = commit({
    ref: 'refs/heads/main',
    files: {
      'a.txt': 'a',
      'deep/er/run.sh': { executable: '#!/bin/sh\n' },
      'deep/link': { link: '../../outside' },
      'vendor/lib': { submodule: '1'.repeat(40) },
      'ä \n\\"': 'odd',
    },
  })
  const { tree } = await checkout(id)
  const at = (name: string) => join(tree.path, name)
  expect(readdirSync(tree.path, { recursive: true }).sort()).toEqual(
    ['a.txt', 'deep', 'deep/er', 'deep/er/run.sh', 'deep/link', 'vendor', 'vendor/lib', 'ä \n\\"'].sort(),
  )
  expect(readFileSync(at('a.txt'), 'utf8')).toBe('a')
  expect([lstatSync(at('a.txt')).mode & 0o777, lstatSync(at('deep/er/run.sh')).mode & 0o777]).toEqual([0o644, 0o755])
  expect(readlinkSync(at('deep/link'))).toBe('../../outside')
})

test('a second commit transfers and writes only its changes, and shares the rest with the first', async () => {
  const { commit, checkout } = it.newRepository()
  const many = Object.fromEntries(
    Array.from({ length: 500 }, (_, i) => [`d${i % 10}/f${i}`, `content ${i} ${random.fraction()}\n`]),
  )
  const files = { ...many, kept: 'k', gone: 'g', 'dir/only': 'o', mode: 'm', 'sub/m': { submodule: '1'.repeat(40) } }
  const first = await checkout(commit({ ref: 'refs/heads/main', files }))
  const before = it.server.bytesSent
  const change = {
    gone: null,
    'dir/only': null,
    mode: { executable: 'm' },
    kept: 'changed',
    'sub/m': null,
    dir: 'a file now',
  }
  const id = commit({ ref: 'refs/heads/main', files: change })
  const second = await checkout(id)
  expect(it.server.bytesSent - before).toBeLessThan(4_000)
  const inode = (tree: string, name: string) => lstatSync(join(tree, name)).ino
  expect(inode(second.tree.path, 'd3/f3')).toBe(inode(first.tree.path, 'd3/f3'))
  expect(readFileSync(join(second.tree.path, 'kept'), 'utf8')).toBe('changed')
  expect(readFileSync(join(first.tree.path, 'kept'), 'utf8')).toBe('k')
  expect(lstatSync(join(second.tree.path, 'mode')).mode & 0o777).toBe(0o755)
  expect(lstatSync(join(first.tree.path, 'mode')).mode & 0o777).toBe(0o644)
  // Simulates a checkout by another runner, without a base.
  const alone = await checkout(id, { directory: join(it.folder, 'another-store') })
  expect(second.tree.digest).toBe(alone.tree.digest)
  expect(execFileSync('diff', ['-r', second.tree.path, alone.tree.path]).toString()).toBe('')
})

test('two concurrent calls fetch once, and a commit that is present is not fetched again', async () => {
  const { commit, checkout, name } = it.newRepository()
  const id = commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  const [one, other] = await Promise.all([checkout(id), checkout(id)])
  expect(one).toEqual(other)
  await checkout(id)
  expect(it.server.requests.filter((line) => line.includes(name) && line.includes('info/refs'))).toHaveLength(1)
})

test('builds a commit that a force push removed from its branch', async () => {
  const { commit, checkout } = it.newRepository()
  const root = commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  const lost = commit({ ref: 'refs/heads/main', files: { a: 'lost' } })
  const forced = commit({ ref: 'refs/heads/main', files: { a: 'forced' }, parent: root })
  expect(readFileSync(join((await checkout(forced)).tree.path, 'a'), 'utf8')).toBe('forced')
  expect(readFileSync(join((await checkout(lost)).tree.path, 'a'), 'utf8')).toBe('lost')
})

test('a server that serves no commits by id provides the commit through the first ref that contains it', async () => {
  const { commit, checkout } = it.newRepository()
  const root = commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  const older = commit({ ref: 'refs/heads/topic', files: { a: 'older' }, parent: root })
  commit({ ref: 'refs/heads/topic', files: { a: 'newer' } })
  it.server.allowVersion2(false)
  try {
    const refs = ['refs/heads/absent', 'refs/heads/main', 'refs/heads/topic']
    expect(readFileSync(join((await checkout(older, { refs })).tree.path, 'a'), 'utf8')).toBe('older')
    const lost = commit({ ref: 'refs/heads/lost', files: {}, parent: root })
    commit({ ref: 'refs/heads/lost', files: { b: '' }, parent: root })
    await expect(checkout(lost, { refs: ['refs/heads/lost'] })).rejects.toMatchObject({ code: 'source_fetch_failed' })
  } finally {
    it.server.allowVersion2(true)
  }
})

test.for([
  ['a commit that does not exist', { commit: 'f'.repeat(40) }, /no longer in refs.heads.main/],
  ['a wrong token', { authorization: 'Bearer wrong' }, /Authentication failed|could not read Username/],
  ['no token', { authorization: null }, /could not read Username/],
  ['a commit that is an option', { commit: '--upload-pack=touch /tmp/x' }, /40 hex digits/],
  ['a ref that is an option', { refs: ['--upload-pack=x'] }, /not the full name of a ref/],
  ['a refspec with two refs', { refs: ['refs/heads/a:refs/tags/b'] }, /not the full name of a ref/],
  ['a path of this machine', { url: '/etc' }, /neither http nor https/],
  ['a file of this machine', { url: 'file:///etc' }, /neither http nor https/],
  ['a program of this machine', { url: 'ext::sh -c id' }, /neither http nor https/],
  ['a password in the address', { url: 'http://u:secret@127.0.0.1/x' }, /contains a password/],
] as const)('%s is refused permanently, with a reason and without the token', async ([, more, reason]) => {
  const { commit, checkout } = it.newRepository()
  const id = commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  const error = await checkout(id, more).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'source_fetch_failed', message: expect.stringMatching(reason) })
  expect(String(error)).not.toMatch(/ghs_|secret/)
})

test('a missing repository is refused permanently, and so is one that redirects to another host', async () => {
  const { commit, checkout, url } = it.newRepository()
  const id = commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  await expect(checkout(id, { url: `${it.server.url}/acme/none.git` })).rejects.toMatchObject({
    code: 'source_fetch_failed',
    message: expect.stringContaining('not found'),
  })
  for (const status of [301, 403]) {
    it.server.misbehave(status)
    await expect(checkout(id)).rejects.toMatchObject({
      code: 'source_fetch_failed',
      message: expect.stringContaining(url),
    })
  }
  expect(it.server.requests.some((line) => line.includes('elsewhere'))).toBe(false)
})

test('follows a renamed repository on the same host', async () => {
  const old = it.newRepository()
  const { commit, name } = it.newRepository()
  const id = commit({ ref: 'refs/heads/main', files: { a: 'renamed' } })
  it.server.move(old.name, `${it.server.url}/${name}.git`)
  expect(readFileSync(join((await old.checkout(id)).tree.path, 'a'), 'utf8')).toBe('renamed')
})

test('follows no redirect to another host, which would receive the token', async () => {
  const other = await startGitServer(join(it.folder, 'other-host'))
  try {
    const stolen = gitRepository(other, 'evil/r')
    const id = stolen.commit({ ref: 'refs/heads/main', files: { a: 'stolen' } })
    const { checkout, name } = it.newRepository()
    it.server.move(name, stolen.url)
    await expect(checkout(id)).rejects.toMatchObject({
      code: 'source_fetch_failed',
      message: expect.stringContaining('301'),
    })
    expect(other.requests).toEqual([])
  } finally {
    await other.stop()
  }
})

test.for([[500], [503], [429], ['cut'], [{ cutAfter: 100_000 }]] as const)(
  'another attempt succeeds after %j',
  async ([odd]) => {
    const { commit, checkout } = it.newRepository()
    const big = Array.from({ length: 40_000 }, () => random.fraction()).join('\n')
    const id = commit({ ref: 'refs/heads/main', files: { big } })
    it.server.misbehave(odd)
    await expect(checkout(id)).rejects.toMatchObject({ name: 'SourceUnreachable' })
    const { tree } = await checkout(id)
    expect(readFileSync(join(tree.path, 'big'), 'utf8')).toBe(big)
  },
)

test('the git directory has the history, the tags and the commit as its HEAD, and no later commits', async () => {
  const { commit, checkout, git } = it.newRepository()
  const first = commit({ ref: 'refs/heads/main', files: { a: 'a' }, message: 'first' })
  git(['-c', 'user.name=a', '-c', 'user.email=a@b', 'tag', '-a', '-m', 'v1', 'v1', first])
  const second = commit({ ref: 'refs/heads/main', files: { a: 'b' }, message: 'second' })
  const before = await checkout(second)
  git(['tag', 'v2', second])
  const tagged = await checkout(second, { refs: ['refs/tags/v2'] })
  const see = ({ tree, gitDirectory }: typeof before, ...args: string[]) =>
    execFileSync('git', ['--git-dir', gitDirectory, '--work-tree', tree.path, ...args], { encoding: 'utf8' }).trim()
  expect(see(before, 'log', '--format=%s')).toBe('second\nfirst')
  expect(see(before, 'rev-parse', 'HEAD')).toBe(second)
  expect(see(before, 'describe')).toMatch(/^v1-1-g/)
  expect(see(tagged, 'describe', '--tags')).toBe('v2')
  expect(see(before, 'status', '--porcelain')).toBe('')
  expect(see(before, 'diff', '--name-only', 'HEAD~1')).toBe('a')
  git(['update-ref', '-d', 'refs/tags/v1'])
  const third = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'c' } }))
  expect(see(third, 'tag')).toBe('v2')
  expect(() => see(before, 'cat-file', '-e', see(third, 'rev-parse', 'HEAD'))).toThrow()
})

test('the token is in no stored file', async () => {
  await expect(async () => execFileSync('grep', ['-r', '-l', token, it.store])).rejects.toMatchObject({
    status: 1,
  })
})
