import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { packSource } from './pack-source.ts'
import { Project } from './project.test-support.ts'
import { readSourceSet } from './read-source-set.ts'
import type { SourceSet } from './source-set.ts'

const place = () => join(new Project().path, 'source.tar.gz')

/** Reads an archive with an independent library. */
async function read(file: string) {
  const tar = extract()
  tar.end(gunzipSync(readFileSync(file)))
  const seen: Record<string, unknown>[] = []
  for await (const entry of tar) {
    const { name, type, mode, linkname, mtime, uid, gid, uname } = entry.header
    seen.push({
      name,
      type,
      mode,
      linkname,
      mtime: mtime?.getTime(),
      uid,
      gid,
      uname,
      text: (await buffer(entry)).toString(),
    })
  }
  return seen
}

/** Returns a set that calls `meddle` when the packing reaches its second file. */
function meddling(set: SourceSet, meddle: () => void): SourceSet {
  const entries = [...set.entries]
  const second = entries[1]
  if (second === undefined) throw new Error('the test needs two files')
  const watched = { ...second }
  Object.defineProperty(watched, 'kind', {
    enumerable: true,
    get: () => {
      meddle()
      return second.kind
    },
  })
  entries[1] = watched
  return { ...set, entries }
}

it('reports its progress up to the end', async () => {
  const project = new Project()
  project.write({ a: 'x'.repeat(600_000), b: 'y' })
  const told: number[] = []
  await packSource(await readSourceSet(project.path), place(), { onProgress: (bytes) => told.push(bytes) })
  expect(told.length).toBeGreaterThan(2)
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(told.at(-1)).toBeGreaterThan(600_001)
})

describe('a source is packed', () => {
  it('an archive is sorted, with modes, links and times, without owners and directories, and only its owner can read it', async () => {
    const long = `${'d/'.repeat(60)}${'é'.repeat(100)}`
    const project = new Project({ 'b/run': 'go', a: '', [long]: 'deep' })
    utimesSync(join(project.path, 'a'), 1, 1_700_000_000.5)
    project.link('b/link', 'x'.repeat(200))
    const file = place()
    const packed = await packSource(await readSourceSet(project.path), file)
    const owner = { uid: 0, gid: 0, uname: '', mtime: expect.any(Number), mode: 0o644, linkname: null }
    expect(await read(file)).toEqual([
      { ...owner, name: 'a', type: 'file', text: '', mtime: 1_700_000_000_000 },
      { ...owner, name: 'b/link', type: 'symlink', text: '', mode: 0o777, linkname: 'x'.repeat(200) },
      { ...owner, name: 'b/run', type: 'file', text: 'go' },
      { ...owner, name: long, type: 'file', text: 'deep' },
    ])
    const bytes = readFileSync(file)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(packed).toEqual({ file, size: bytes.length, sha256, unpackedBytes: 6 })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('equal sources give equal archives', async () => {
    const project = new Project({ a: 'x'.repeat(700_000), b: 'y' })
    const [first, second] = [place(), place()]
    await packSource(await readSourceSet(project.path), first)
    await packSource(await readSourceSet(project.path), second)
    expect(readFileSync(first).equals(readFileSync(second))).toBe(true)
  })

  it('packing never overwrites an existing file', async () => {
    const project = new Project({ a: '', mine: 'keep' })
    const file = join(project.path, 'mine')
    await expect(packSource(await readSourceSet(project.path), file)).rejects.toMatchObject({ code: 'EEXIST' })
    expect(readFileSync(file, 'utf8')).toBe('keep')
  })
})

describe('a source that is too large', () => {
  const project = () => new Project({ small: 'x', large: 'y'.repeat(2_000), mid: 'z'.repeat(1_000) })
  it.each([
    ['too_many_files', { files: 2 }, /^the source has 3 files, more than the 2 /],
    ['too_large_unpacked', { unpackedBytes: 1_048_576 / 512 }, /^the source has more than 0 MiB of files/],
    ['too_large_packed', { packedBytes: 64 }, /^the source has more than 0 MiB when packed\. .*\.hmignore/],
  ])('is %s, with its largest files, and leaves nothing', async (code, limits, message) => {
    const file = place()
    await expect(packSource(await readSourceSet(project().path), file, { limits })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      largest: [
        { path: 'large', size: 2_000 },
        { path: 'mid', size: 1_000 },
        { path: 'small', size: 1 },
      ],
    })
    expect(existsSync(file)).toBe(false)
  })
})

describe('a file that changes while it is packed', () => {
  const megabyte = 1024 * 1024

  it('a changed file is read again once', async () => {
    const project = new Project({ a: 'a', b: 'b'.repeat(megabyte) })
    let times = 0
    const set = meddling(await readSourceSet(project.path), () => {
      times += 1
      if (times === 1) unlinkSync(join(project.path, 'b'))
      if (times === 2) project.write({ b: 'new' })
    })
    const file = place()
    await packSource(set, file)
    expect((await read(file)).map(({ text }) => text)).toEqual(['a', 'new'])
  })

  it.each<[string, (path: string) => void]>([
    ['grows', (path) => appendFileSync(path, 'x')],
    ['shrinks', (path) => truncateSync(path, statSync(path).size - 1)],
    ['is written over', (path) => utimesSync(path, 1, statSync(path).mtimeMs / 1000 + 5)],
  ])('each time, because it %s, is an error and leaves nothing', async (_, change) => {
    const project = new Project({ a: 'a', b: 'b'.repeat(3 * megabyte) })
    const set = await readSourceSet(project.path)
    const file = place()
    const again = setInterval(() => change(join(project.path, 'b')), 0)
    try {
      await expect(packSource(set, file)).rejects.toMatchObject({
        code: 'changed',
        message: /^"b" changed twice while it was being packed/,
      })
    } finally {
      clearInterval(again)
    }
    expect(existsSync(file)).toBe(false)
  })

  it('a file that becomes a link is never followed', async () => {
    const project = new Project({ a: 'a', b: 'b' })
    const set = await readSourceSet(project.path)
    unlinkSync(join(project.path, 'b'))
    symlinkSync('/etc/passwd', join(project.path, 'b'))
    await expect(packSource(set, place())).rejects.toMatchObject({ code: 'changed' })
  })
})
