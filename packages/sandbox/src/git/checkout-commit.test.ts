import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, gitRepository, startGitServer } from '../../../../test/outside/git-server.ts'
import { type CheckoutRequest, checkoutCommit } from './checkout-commit.ts'

const token = 'ghs_0123456789'
let folder: string
let server: GitServer
beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/harmont-git-')
  server = await startGitServer(join(folder, 'served'), token)
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

function mirrorOf(name: string): string {
  const id = createHash('sha256').update(name).digest('hex').slice(0, 32)
  return join(folder, 'store/mirrors', id, 'repository.git')
}

let repositories = 0
function newRepository() {
  repositories += 1
  const name = `acme/r${repositories}`
  const repository = gitRepository(server, name)
  const checkout = (commit: string, more: Partial<CheckoutRequest> = {}) =>
    checkoutCommit({
      directory: join(folder, 'store'),
      repository: name,
      url: repository.url,
      commit,
      refs: ['refs/heads/main'],
      authorization: `Bearer ${token}`,
      ...more,
    })
  return { ...repository, name, checkout }
}

test('files, modes, links and submodules of a commit lie in its tree as they are in the repository', async () => {
  const { commit, checkout } = newRepository()
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

test('a second commit moves and writes what it changed, and shares the rest with the first', async () => {
  const { commit, checkout } = newRepository()
  const many = Object.fromEntries(
    Array.from({ length: 500 }, (_, i) => [`d${i % 10}/f${i}`, `content ${i} ${Math.random()}\n`]),
  )
  const files = { ...many, kept: 'k', gone: 'g', 'dir/only': 'o', mode: 'm', 'sub/m': { submodule: '1'.repeat(40) } }
  const first = await checkout(commit({ ref: 'refs/heads/main', files }))
  const before = server.bytesSent
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
  expect(server.bytesSent - before).toBeLessThan(4_000)
  const inode = (tree: string, name: string) => lstatSync(join(tree, name)).ino
  expect(inode(second.tree.path, 'd3/f3')).toBe(inode(first.tree.path, 'd3/f3'))
  expect(readFileSync(join(second.tree.path, 'kept'), 'utf8')).toBe('changed')
  expect(readFileSync(join(first.tree.path, 'kept'), 'utf8')).toBe('k')
  expect(lstatSync(join(second.tree.path, 'mode')).mode & 0o777).toBe(0o755)
  expect(lstatSync(join(first.tree.path, 'mode')).mode & 0o777).toBe(0o644)
  // As if it had been made from nothing, by another runner.
  const alone = await checkout(id, { directory: join(folder, 'another-store') })
  expect(second.tree.digest).toBe(alone.tree.digest)
  expect(execFileSync('diff', ['-r', second.tree.path, alone.tree.path]).toString()).toBe('')
})

test('two at once fetch once, and what is there is not fetched again', async () => {
  const { commit, checkout, name } = newRepository()
  const id = commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  const [one, other] = await Promise.all([checkout(id), checkout(id)])
  expect(one).toEqual(other)
  await checkout(id)
  expect(server.requests.filter((line) => line.includes(name) && line.includes('info/refs'))).toHaveLength(1)
})

test('a commit that a force push took off its branch is built all the same', async () => {
  const { commit, checkout } = newRepository()
  const root = commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  const lost = commit({ ref: 'refs/heads/main', files: { a: 'lost' } })
  const forced = commit({ ref: 'refs/heads/main', files: { a: 'forced' }, parent: root })
  expect(readFileSync(join((await checkout(forced)).tree.path, 'a'), 'utf8')).toBe('forced')
  expect(readFileSync(join((await checkout(lost)).tree.path, 'a'), 'utf8')).toBe('lost')
})

test('a server that gives no commits by their ids gives it by its refs, the first that has it', async () => {
  const { commit, checkout } = newRepository()
  const root = commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  const older = commit({ ref: 'refs/heads/topic', files: { a: 'older' }, parent: root })
  commit({ ref: 'refs/heads/topic', files: { a: 'newer' } })
  server.allowVersion2(false)
  try {
    const refs = ['refs/heads/absent', 'refs/heads/main', 'refs/heads/topic']
    expect(readFileSync(join((await checkout(older, { refs })).tree.path, 'a'), 'utf8')).toBe('older')
    const lost = commit({ ref: 'refs/heads/lost', files: {}, parent: root })
    commit({ ref: 'refs/heads/lost', files: { b: '' }, parent: root })
    await expect(checkout(lost, { refs: ['refs/heads/lost'] })).rejects.toMatchObject({ code: 'source_fetch_failed' })
  } finally {
    server.allowVersion2(true)
  }
})

test.for([
  ['a commit that is nowhere', { commit: 'f'.repeat(40) }, /no longer in refs.heads.main/],
  ['a wrong token', { authorization: 'Bearer wrong' }, /Authentication failed|could not read Username/],
  ['no token', { authorization: null }, /could not read Username/],
  ['a commit that is an option', { commit: '--upload-pack=touch /tmp/x' }, /40 hex digits/],
  ['a ref that is an option', { refs: ['--upload-pack=x'] }, /not the full name of a ref/],
  ['a ref that is two', { refs: ['refs/heads/a:refs/tags/b'] }, /not the full name of a ref/],
  ['a path of this machine', { url: '/etc' }, /not one of http or https/],
  ['a file of this machine', { url: 'file:///etc' }, /not one of http or https/],
  ['a program of this machine', { url: 'ext::sh -c id' }, /not one of http or https/],
  ['a password in the address', { url: 'http://u:secret@127.0.0.1/x' }, /holds a password/],
] as const)('%s is refused for good, with a reason and without the token', async ([, more, reason]) => {
  const { commit, checkout } = newRepository()
  const id = commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  const error = await checkout(id, more).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'source_fetch_failed', message: expect.stringMatching(reason) })
  expect(String(error)).not.toMatch(/ghs_|secret/)
})

test('a repository that is not there is refused for good, and so is one that leads elsewhere', async () => {
  const { commit, checkout, url } = newRepository()
  const id = commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  await expect(checkout(id, { url: `${server.url}/acme/none.git` })).rejects.toMatchObject({
    code: 'source_fetch_failed',
    message: expect.stringContaining('not found'),
  })
  for (const status of [301, 403]) {
    server.misbehave(status)
    await expect(checkout(id)).rejects.toMatchObject({
      code: 'source_fetch_failed',
      message: expect.stringContaining(url),
    })
  }
  expect(server.requests.some((line) => line.includes('elsewhere'))).toBe(false)
})

test.for([[500], [503], [429], ['cut'], [{ cutAfter: 100_000 }]] as const)(
  'after %j another time helps',
  async ([odd]) => {
    const { commit, checkout } = newRepository()
    const big = Array.from({ length: 40_000 }, () => Math.random()).join('\n')
    const id = commit({ ref: 'refs/heads/main', files: { big } })
    server.misbehave(odd)
    await expect(checkout(id)).rejects.toMatchObject({ name: 'SourceUnreachable' })
    const { tree } = await checkout(id)
    expect(readFileSync(join(tree.path, 'big'), 'utf8')).toBe(big)
  },
)

test('a runner that is killed in mid-fetch leaves a mirror that the next one fetches into', async () => {
  const { commit, checkout, name, url } = newRepository()
  await checkout(commit({ ref: 'refs/heads/main', files: { a: 'a' } }))
  const big = Array.from({ length: 40_000 }, () => Math.random()).join('\n')
  const id = commit({ ref: 'refs/heads/main', files: { big } })
  server.misbehave({ holdAfter: 100_000 })
  const request = {
    directory: join(folder, 'store'),
    repository: name,
    url,
    commit: id,
    refs: [],
    authorization: `Bearer ${token}`,
  }
  const script = `import { checkoutCommit } from ${JSON.stringify(join(import.meta.dirname, 'checkout-commit.ts'))}
await checkoutCommit(${JSON.stringify(request)})`
  const killed = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' })
  const cut = await server.held()
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const halves = () => readdirSync(mirrorOf(name), { recursive: true }).filter((path) => String(path).includes('tmp_'))
  expect(halves()).not.toEqual([])
  writeFileSync(join(mirrorOf(name), 'packed-refs.lock'), '')
  // Its git, which nobody reads from any more, has the lock until its connection breaks.
  cut()
  const before = server.bytesSent
  expect(readFileSync(join((await checkout(id)).tree.path, 'big'), 'utf8')).toBe(big)
  expect(server.bytesSent - before).toBeGreaterThan(100_000)
  expect(halves()).toEqual([])
})

test.for([
  ['packs of nothing', (mirror: string) => clearPacks(mirror)],
  ['no packs', (mirror: string) => rmSync(join(mirror, 'objects/pack'), { recursive: true })],
  ['a HEAD and refs of rubbish', (mirror: string) => rubbish(mirror)],
  ['a file in its place', (mirror: string) => replaceByFile(mirror)],
] as const)('a mirror with %s is made anew', async ([, damage]) => {
  const { commit, checkout, name } = newRepository()
  await checkout(commit({ ref: 'refs/heads/main', files: { a: 'a', kept: 'k' } }))
  damage(mirrorOf(name))
  const { tree } = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'b' } }))
  expect([readFileSync(join(tree.path, 'a'), 'utf8'), readFileSync(join(tree.path, 'kept'), 'utf8')]).toEqual([
    'b',
    'k',
  ])
})

test('a tree that lacks a file is not what the next one is made from', async () => {
  const { commit, checkout } = newRepository()
  const { tree } = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'a', kept: 'k' } }))
  rmSync(join(tree.path, 'kept'))
  const next = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'b' } }))
  expect(readFileSync(join(next.tree.path, 'kept'), 'utf8')).toBe('k')
})

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

/** A commit whose tree is these entries, without a look at what they are. */
function rawTree(
  git: ReturnType<typeof gitRepository>['git'],
  entries: readonly (readonly [string, string, string])[],
): string {
  const bytes = entries.map(([mode, name, id]) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]),
  )
  return git(['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], Buffer.concat(bytes))
}

test.for([
  ['.git', /lies in a folder that only git itself may make/],
  ['.GiT', /lies in a folder that only git itself may make/],
  ['..', /not a path that a tree can have/],
  ['a/../../b', /not a path that a tree can have/],
  ['/etc', /not a path that a tree can have/],
] as const)('G25 an entry named %s is refused', async ([name, reason]) => {
  const { git, checkout } = newRepository()
  const blob = git(['hash-object', '-w', '--stdin'], 'x')
  const folder = rawTree(git, [['100644', 'hooks', blob]])
  for (const tree of [
    rawTree(git, [['40000', name, folder]]),
    rawTree(git, [['40000', 'deep', rawTree(git, [['40000', name, folder]])]]),
  ]) {
    const id = git(['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit-tree', '-m', 'x', tree])
    git(['update-ref', 'refs/heads/main', id])
    const refused = checkout(id)
    await expect(refused).rejects.toMatchObject({
      code: 'source_invalid',
      message: expect.stringMatching(reason),
    })
  }
})

test('G25 a folder that is a link as well is not written through, and a tree of too many files is refused early', async () => {
  const { git, checkout } = newRepository()
  const target = git(['hash-object', '-w', '--stdin'], folder)
  const blob = git(['hash-object', '-w', '--stdin'], 'x')
  const build = async (tree: string) => {
    const id = git(['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit-tree', '-m', 'x', tree])
    git(['update-ref', 'refs/heads/main', id])
    return checkout(id, { limits: { entries: 10_000 } })
  }
  const planted = rawTree(git, [['100644', 'planted', blob]])
  await expect(
    build(
      rawTree(git, [
        ['120000', 'd', target],
        ['40000', 'd', planted],
      ]),
    ),
  ).rejects.toMatchObject({ code: 'source_invalid' })
  expect(existsSync(join(folder, 'planted'))).toBe(false)
  // 10^10 files.
  let bomb = blob
  for (let depth = 0; depth < 10; depth += 1) {
    const mode = depth === 0 ? '100644' : '40000'
    bomb = rawTree(
      git,
      Array.from({ length: 10 }, (_, i) => [mode, `f${i}`, bomb] as const),
    )
  }
  await expect(build(bomb)).rejects.toMatchObject({
    code: 'source_invalid',
    message: expect.stringContaining('more than 10000 entries'),
  })
})

test('the git directory has the history, the tags and the commit as its HEAD, and nothing of what came later', async () => {
  const { commit, checkout, git } = newRepository()
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

test('the packs of many small fetches are put together, and what was built before still is whole', async () => {
  const { commit, checkout, name } = newRepository()
  const first = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'a' } }))
  const packs = join(mirrorOf(name), 'objects/pack')
  const mirror = (args: readonly string[], input: string) =>
    execFileSync('git', ['--git-dir', mirrorOf(name), ...args], { input, encoding: 'utf8' })
  for (let i = 0; i < 40; i += 1) {
    const blob = mirror(['hash-object', '-w', '--stdin'], `${i}`)
    mirror(['pack-objects', '--quiet', join(packs, 'pack')], blob)
  }
  const last = await checkout(commit({ ref: 'refs/heads/main', files: { a: 'b' } }))
  expect(readdirSync(packs).filter((file) => file.endsWith('.pack')).length).toBeLessThan(5)
  for (const { gitDirectory } of [first, last])
    execFileSync('git', ['--git-dir', gitDirectory, 'fsck', '--connectivity-only', 'HEAD'], { stdio: 'pipe' })
})

test('the token is in nothing that is kept', async () => {
  await expect(async () => execFileSync('grep', ['-r', '-l', token, join(folder, 'store')])).rejects.toMatchObject({
    status: 1,
  })
})
