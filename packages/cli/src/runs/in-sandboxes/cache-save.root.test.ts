import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { linesOf, makeProject, type Project, statesOf } from './project.test-support.ts'

// Makes changes that are hard to store in a layer: removed and replaced files and folders of the
// image, owners, modes, links, unusual names.
const make = [
  'rm -r /usr/share/doc /etc/passwd',
  'rm -r /usr/share/common-licenses; mkdir /usr/share/common-licenses; echo own > /usr/share/common-licenses/own',
  'echo one > one; ln one two; ln -s one three; chown 12:34 one; chmod 4751 one; echo odd > "$(printf "a\\nb")"',
].join('; ')
const look = [
  'ls /usr/share/doc /etc/passwd 2>/dev/null; ls /usr/share/common-licenses; stat -c "%u:%g %a %h %N" one three',
  'cat "$(printf "a\\nb")"; cat gone.txt a.txt 2>/dev/null; true',
].join('; ')

let project: Project
let saved: string
let key: string
let looked: readonly string[]

beforeAll(async () => {
  project = makeProject(`
import { forever, onChange, pipeline, scratch } from '@harmont/hm'
const base = scratch({ image: 'host' }).sh(${JSON.stringify(make)}, { key: 'base', cache: forever() })
const more = base.sh('cat a.txt gone.txt > more', { key: 'more', cache: onChange('a.txt') })
const secret = base.sh('echo "$TOKEN" > token', { key: 'secret', cache: forever(), secrets: ['TOKEN'] })
export default [
  { slug: 'ci', pipeline: pipeline([more, secret]) },
  { slug: 'look', pipeline: pipeline([more.sh(${JSON.stringify(look)}, { key: 'look' })]) },
]`)
  project.write('a.txt', 'one\n')
  project.write('gone.txt', 'one\n')
  expect((await project.run('ci', '--secret', 'TOKEN=x')).code).toBe(0)
  const { code, events } = await project.run('look')
  expect(code).toBe(0)
  looked = linesOf(events, 'look')
  expect(looked).toEqual(['own', "12:34 4751 2 'one'", "0:0 777 1 'three' -> 'one'", 'odd', 'one', 'one'])
  saved = join(project.cache, 'saved')
  const { stdout, stderr } = await project.hm('cache', 'save', saved)
  key = stdout
  expect(key, stderr).toMatch(/^sha256:[0-9a-f]{64}\n$/)
  expect(stderr).toContain('saved 4 cache entries in 4 layers')
  expect(stderr).toContain('skipped 1 entry')
})
afterAll(() => project[Symbol.asyncDispose]())
beforeEach(emptyCache)

/** Omits everything but images, as on another machine. */
function emptyCache(): void {
  for (const name of ['snapshots', 'cache', 'runs', 'sources', 'engines'])
    rmSync(join(project.cache, 'local', name), { recursive: true, force: true })
}

test('uses the results of a restored cache: the same files, and the source continues in place', async () => {
  expect(await project.hm('cache', 'restore', saved)).toMatchObject({ code: 0, stdout: key })
  const { code, events } = await project.run('look')
  expect([code, statesOf(events)]).toEqual([0, { base: 'cached', more: 'cached', look: 'passed' }])
  expect(linesOf(events, 'look')).toEqual(looked)
  rmSync(join(project.directory, 'gone.txt'))
  const without = await project.run('look')
  project.write('gone.txt', 'one\n')
  expect(linesOf(without.events, 'look')).toEqual(looked.slice(0, -1))
  const again = join(project.cache, 'again')
  // A key belongs to one pipeline, and here only `look` was run.
  expect((await project.hm('cache', 'save', again)).stderr).toContain('saved 2 cache entries in 2 layers')
  expect((await project.hm('cache', 'save', again, '--all')).stdout).toBe(key)
  expect(readdirSync(join(again, 'blobs/sha256')).sort()).toEqual(readdirSync(join(saved, 'blobs/sha256')).sort())
  expect(await project.hm('cache', 'restore', saved)).toMatchObject({ code: 0, stdout: key })
})

test('G26 results made with secrets are not saved', () => {
  const { snapshots } = JSON.parse(readFileSync(join(saved, 'manifest.json'), 'utf8')) as {
    readonly snapshots: readonly { readonly meta: { readonly origin: { readonly step: string } } }[]
  }
  expect(snapshots.map(({ meta }) => meta.origin.step).sort()).toEqual(['base', 'base', 'more', 'more'])
})

describe('a cache that changed after saving is refused, and nothing is restored', () => {
  const blobs = () => readdirSync(join(saved, 'blobs/sha256')).map((name) => join(saved, 'blobs/sha256', name))
  const manifest = () => join(saved, 'manifest.json')
  test.each<[string, () => string, (text: Buffer) => Buffer | null, string]>([
    ['a byte of a blob', () => blobs()[0] ?? '', flipped, 'was modified'],
    ['a blob that is gone', () => blobs().at(-1) ?? '', () => null, 'is missing'],
    ['a manifest that is none', manifest, () => Buffer.from('{'), 'not valid JSON'],
    ['one of another version', manifest, (text) => replaced(text, '"version":2', '"version":1'), 'version 2'],
    [
      'one that names a file outside',
      manifest,
      (text) => replaced(text, /"id":"[^"]*"/, '"id":"../../x"'),
      'snapshots',
    ],
    ['one that lacks a layer', manifest, withoutLayer, 'each parent snapshot'],
  ])('%s', async (_, file, change, words) => {
    const path = file()
    const before = readFileSync(path)
    const after = change(before)
    if (after === null) rmSync(path)
    else writeFileSync(path, after)
    try {
      const { code, stderr, stdout } = await project.hm('cache', 'restore', saved)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(words)
      expect(readdirSync(join(project.cache, 'local', 'snapshots'))).toEqual([])
      expect(readdirSync(join(project.cache, 'local', 'cache'))).toEqual([])
    } finally {
      writeFileSync(path, before)
    }
  })
})

test('a directory with other files is left unchanged', async () => {
  const other = join(project.cache, 'other')
  mkdirSync(other)
  writeFileSync(join(other, 'mine'), '')
  expect(await project.hm('cache', 'save', other)).toMatchObject({ code: 2, stdout: '' })
  expect(readdirSync(other)).toEqual(['mine'])
})

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1
  return copy
}

function replaced(text: Buffer, from: string | RegExp, to: string): Buffer {
  const changed = text.toString().replace(from, to)
  expect(changed).not.toBe(text.toString())
  return Buffer.from(changed)
}

function withoutLayer(text: Buffer): Buffer {
  const manifest = JSON.parse(text.toString()) as { readonly snapshots: readonly unknown[] }
  return Buffer.from(JSON.stringify({ ...manifest, snapshots: manifest.snapshots.slice(1) }))
}
