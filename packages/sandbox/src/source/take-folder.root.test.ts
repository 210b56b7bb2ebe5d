import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SourceTreeRef } from '../sandbox-driver.ts'
import { collectSources } from './index.ts'
import { takeFolder } from './take-folder.ts'

let home: string
let folder: string
let directory: string
beforeEach(() => {
  home = mkdtempSync('/var/tmp/harmont-folder-')
  folder = path.join(home, 'project')
  directory = path.join(home, 'store')
  mkdirSync(folder)
})
afterEach(() => rmSync(home, { recursive: true }))

const at = (name: string) => path.join(folder, name)
const put = (name: string, text: string) => {
  mkdirSync(path.dirname(at(name)), { recursive: true })
  writeFileSync(at(name), text)
}
const take = (...names: readonly (string | Buffer)[]) =>
  takeFolder({ directory, folder, paths: names.map((name) => Buffer.from(name)) })
const inTree = (tree: SourceTreeRef, name: string) => readFileSync(path.join(tree.path, name), 'utf8')
/** Longer than the clock's resolution, so that fingerprints become reliable. */
const settle = () => sleep(50)
const inode = (tree: SourceTreeRef, name: string) => statSync(path.join(tree.path, name)).ino

test('reports the number of bytes read: none for unchanged files', async () => {
  put('a', 'one')
  put('b', 'second')
  await settle()
  const told: number[] = []
  const paths = ['a', 'b'].map((name) => Buffer.from(name))
  const request = { directory, folder, paths, onProgress: (bytes: number) => told.push(bytes) }
  await takeFolder(request)
  expect(told.at(-1)).toBe(9)
  await takeFolder(request)
  expect(told.at(-1)).toBe(0)
})

test('a tree has the listed files and no others, with their executable bit, and links as links', async () => {
  put('a', 'one')
  put('src/run', 'two')
  put('ignored', 'no')
  chmodSync(at('src/run'), 0o700)
  symlinkSync('/etc/passwd', at('src/link'))
  const odd = Buffer.from('caf\xe9', 'latin1')
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), odd]), 'odd')
  const tree = await take('a', 'src/run', 'src/link', odd, 'gone')
  const listed = execFileSync('find', ['.', '-mindepth', '1', '-printf', '%P %y %m\n'], {
    cwd: tree.path,
    encoding: 'latin1',
  })
  expect(listed.trim().split('\n').toSorted()).toEqual(
    ['a f 644', 'caf\xe9 f 644', 'src d 755', 'src/link l 777', 'src/run f 755'].toSorted(),
  )
})

describe('the second time', () => {
  test('an unchanged folder results in the same tree, and nothing is written', async () => {
    for (const name of ['a', 'b', '__proto__', 'constructor']) put(name, name)
    await settle()
    const first = await take('a', 'b', '__proto__', 'constructor')
    const { mtimeMs } = lstatSync(path.join(directory, 'trees'))
    expect(await take('constructor', '__proto__', 'b', 'a')).toEqual(first)
    expect(lstatSync(path.join(directory, 'trees')).mtimeMs).toBe(mtimeMs)
  })

  test('reads changed files only, and shares the rest with the previous tree', async () => {
    for (const name of ['a', 'b']) put(name, name)
    await settle()
    const first = await take('a', 'b')
    put('b', 'new')
    const second = await take('a', 'b')
    expect([inTree(second, 'a'), inTree(second, 'b'), inTree(first, 'b')]).toEqual(['a', 'new', 'b'])
    expect(inode(second, 'a')).toBe(inode(first, 'a'))
  })

  test('detects a change that keeps size and time of the file, and one within the same clock tick', async () => {
    put('a', 'one')
    const times = [new Date(1e12), new Date(1e12)] as const
    utimesSync(at('a'), ...times)
    await settle()
    await take('a')
    put('a', 'two')
    utimesSync(at('a'), ...times)
    expect(inTree(await take('a'), 'a')).toBe('two')
    for (let n = 0; n < 20; n++) {
      put('a', String(n % 10))
      expect(inTree(await take('a'), 'a')).toBe(String(n % 10))
    }
  })

  test('a file that became a link, lost its executable bit, or was removed, changes in the tree', async () => {
    for (const name of ['a', 'b', 'c']) put(name, 'x')
    chmodSync(at('b'), 0o755)
    await settle()
    await take('a', 'b', 'c')
    rmSync(at('a'))
    symlinkSync('b', at('a'))
    chmodSync(at('b'), 0o644)
    rmSync(at('c'))
    const tree = await take('a', 'b', 'c')
    const kinds = ['a', 'b'].map((name) => lstatSync(path.join(tree.path, name)))
    expect([kinds[0]?.isSymbolicLink(), (kinds[1]?.mode ?? 0) & 0o111]).toEqual([true, 0])
    expect(() => lstatSync(path.join(tree.path, 'c'))).toThrow('ENOENT')
    symlinkSync('other', at('d'))
    await take('b', 'd')
    rmSync(at('d'))
    symlinkSync('third', at('d'))
    expect(execFileSync('readlink', [path.join((await take('b', 'd')).path, 'd')], { encoding: 'utf8' })).toBe(
      'third\n',
    )
  })

  test('a damaged record, or one without its tree, only costs reading everything again', async () => {
    put('a', 'one')
    await settle()
    const first = await take('a')
    rmSync(first.path, { recursive: true })
    expect(inTree(await take('a'), 'a')).toBe('one')
    const [record] = execFileSync('ls', [path.join(directory, 'folders')], { encoding: 'utf8' }).split('\n')
    writeFileSync(path.join(directory, 'folders', record ?? ''), '{')
    expect(await take('a')).toEqual(first)
  })
})

test('refuses an entry that is neither a file nor a link, with its name, and a path that leads outside', async () => {
  execFileSync('mkfifo', [at('pipe')])
  await expect(take('pipe')).rejects.toThrow(
    /Cannot use the folder .* as a source: "pipe" is neither a file nor a link/,
  )
  await expect(take('../store')).rejects.toMatchObject({ code: 'source_invalid' })
})

test('collecting removes an unneeded tree and its record', async () => {
  put('a', 'one')
  await take('a')
  const later = new Date(Date.now() + 1000)
  await collectSources({ directory, keepTrees: new Set(), keepManifests: new Set(), before: later })
  expect(execFileSync('find', [directory, '-type', 'f'], { encoding: 'utf8' })).toBe('')
})
