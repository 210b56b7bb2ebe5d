import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { withCacheKeys } from '@harmont/ir'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compose, none, onChange, ttl } from '../cache.ts'
import { sh } from '../commands.ts'
import { pipeline } from '../pipeline.ts'
import type { Step } from '../step.ts'
import { digestsBelow, resolvePath } from './files.ts'

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
let base = ''

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hm-files-'))
})
afterEach(() => rmSync(base, { recursive: true }))

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(base, dirname(path)), { recursive: true })
    writeFileSync(join(base, path), text)
  }
}
const names = (pattern: string) => resolvePath(base, pattern).map((found) => found.path)
const digests = (...paths: string[]) => digestsBelow(base)(paths)

function lastKey(leaf: Step, slug: string, org = 'default'): string | undefined {
  const context = { org, slug, now: 1_760_000_000, env: {}, digests: digestsBelow(base) }
  return withCacheKeys(pipeline([leaf]), context).graph.nodes.at(-1)?.step.cache?.key
}

/** The directory of the table in ir.md 2.4. */
function writeTable(): void {
  write({
    'src/.hid/x': 'three',
    'src/a/b.txt': 'one',
    'src/a-b.txt': 'two',
    'src/é.txt': 'four',
    'src/ﬀ.txt': 'six',
    'src/😀.txt': 'five',
  })
  symlinkSync('a-b.txt', join(base, 'src/link.txt'))
}

describe('digests and keys of the table in ir.md 2.4', () => {
  it('D(src)', () => {
    writeTable()
    expect(digests('src')).toEqual(['4bdc552979c97231f6fac27998ff2ac4d2ebc834af4730c4a1370de1e5d5ca8b'])
    expect(digests('src/')).toEqual(digests('src'))
  })

  it('vec, dir', () => {
    writeTable()
    const leaf = sh('make', { key: 'dir', cache: onChange('src') })
    expect(lastKey(leaf, 'vec')).toBe('8939efc5d3ab0ab1d2d15cf300dcfcb21156f28b78240920471d9f60b5e8966d')
  })

  it('acme: vec, mix', () => {
    write({ one: 'one' })
    const leaf = sh('make', { key: 'mix', cache: compose(ttl(3600), none(), onChange('one')) })
    expect(lastKey(leaf, 'vec', 'acme')).toBe('77d1e86ea6900db22beba51ba73e36620bb9e42449d8abdbc78d66a1731e9c5b')
  })

  it('vec, deps in an uncached root', () => {
    write({ one: 'one' })
    const leaf = sh('make gen').sh('make', { key: 'deps', cache: onChange('one') })
    expect(lastKey(leaf, 'vec')).toBe('c044f34b5e4c84c5fa86a8e9d7882978eaa6dacaaa9337f69518286cf250c116')
  })
})

describe('a path of onChange', () => {
  it('matches one path, or nothing', () => {
    write({ 'a[1].txt': 'x', 'dir/b': 'y' })
    expect(names('dir/b')).toEqual(['dir/b'])
    expect(names('./dir//b')).toEqual(['dir/b'])
    expect(names('missing')).toEqual([])
    expect(names('dir/b/c')).toEqual([])
  })

  it('returns the matches of a glob sorted by path component, dot files included', () => {
    write({ 'p/a/x.ts': '', 'p/a-b/x.ts': '', 'p/.h/x.ts': '', 'p/x.ts': '', 'p/a/y.js': '' })
    expect(names('**/*.ts')).toEqual(['p/.h/x.ts', 'p/a/x.ts', 'p/a-b/x.ts', 'p/x.ts'])
    expect(names('p/*/x.ts')).toEqual(['p/.h/x.ts', 'p/a/x.ts', 'p/a-b/x.ts'])
    expect(names('p/*')).toEqual(['p/.h', 'p/a', 'p/a-b', 'p/x.ts'])
    expect(names('p/a/**')).toEqual(['p/a'])
    expect(names('p/**')).toEqual(['p', 'p/.h', 'p/a', 'p/a-b'])
    expect(names('missing/*')).toEqual([])
  })

  it('must stay inside the project', () => {
    expect(() => names('../x')).toThrow(/^bad_path: expected a path inside the project, got a path with ".."/)
    expect(() => names('/etc/*')).toThrow(/^bad_path/)
  })

  it('does not enter linked directories on a walk, so that a link to a parent ends', () => {
    write({ 'real/f': 'x' })
    symlinkSync('..', join(base, 'real/up'))
    symlinkSync('real', join(base, 'link'))
    expect(names('**/f')).toEqual(['real/f'])
    expect(names('link/f')).toEqual(['link/f'])
    expect(digests('real')).toEqual([hash('f\0x\0')])
    expect(digests('link')).toEqual([hash('f\0x\0')])
  })

  it('skips dangling links inside a directory, and hashes the target of a named dangling link', () => {
    write({ 'd/f': 'x' })
    symlinkSync('nowhere', join(base, 'd/dangling'))
    expect(digests('d')).toEqual([hash('f\0x\0')])
    expect(digests('d/dangling')).toEqual([hash('nowhere')])
    expect(digests('d/*')).toEqual([hash('nowhere'), hash('x')])
    symlinkSync('circle', join(base, 'circle'))
    expect(digests('circle')).toEqual([hash('circle')])
  })

  it('sorts the patterns and counts a file twice if two of them match it', () => {
    write({ a: '1', b: '2' })
    expect(digests('b', 'a', '*')).toEqual([hash('1'), hash('2'), hash('1'), hash('2')])
  })

  it('hashes an empty directory like empty content', () => {
    mkdirSync(join(base, 'empty'))
    expect(digests('empty')).toEqual([hash('')])
  })

  it('contributes nothing if nothing matches', () => {
    expect(digests('x', 'y/*')).toEqual([])
  })
})
