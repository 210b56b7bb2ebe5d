import { execFileSync } from 'node:child_process'
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackSource } from '@harmont/sandbox'
import { packSource, placeOf, readSourceSet, readSourceTree } from '@harmont/source-set'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hm-archive-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a runner unpacks an archive of hm to the same paths (byte for byte), kinds, modes and contents', async () => {
  const project = join(folder, 'project')
  const deep = 'directory-of-twenty-s/'.repeat(20)
  mkdirSync(join(project, deep), { recursive: true })
  const bytes = (...parts: (string | Buffer)[]) =>
    Buffer.concat([Buffer.from(`${project}/`), ...parts.map((part) => Buffer.from(part))])
  writeFileSync(bytes(deep, 'file'), 'deep')
  writeFileSync(bytes(Buffer.from([0xff, 0xfe])), 'no text')
  writeFileSync(bytes('l'.repeat(99), Buffer.from([0xe9])), 'long, and no text')
  for (const name of ['new\nline', '-rf', `"quotes'`, ' spaces ', 'é', '😀', '\\', 'n'.repeat(200)])
    writeFileSync(bytes(name), name)
  writeFileSync(bytes('tool'), 'tool', { mode: 0o755 })
  writeFileSync(bytes('large'), Buffer.alloc(3_000_001, 'x'))
  symlinkSync('../../etc/passwd', bytes('out'))
  symlinkSync(Buffer.from([0x78, 0xff]), bytes('odd'))
  symlinkSync(`${'é'.repeat(120)}`, bytes('far'))
  const set = await readSourceSet(project)

  const packed = await packSource(set, join(folder, 'source.tar.gz'))
  const { path } = await unpacked(packed)

  const there = await readSourceTree(path)
  const told = (source: typeof set) => source.entries.map(({ mtimeMs: _, ...entry }) => entry)
  expect(told(there)).toEqual(told(set))
  expect(set.entries).toHaveLength(16)
  for (const entry of set.entries) {
    const [ours, theirs] = [placeOf(set.root, entry), placeOf(there.root, entry)]
    const read = (place: string | Buffer) =>
      entry.kind === 'link' ? readlinkSync(place, { encoding: 'buffer' }) : readFileSync(place)
    expect(read(theirs).equals(read(ours)), entry.path).toBe(true)
  }
  expect(execFileSync('tar', ['-tzf', packed.file], { encoding: 'utf8' }).trim().split('\n')).toHaveLength(16)
})

function unpacked({ file, sha256 }: { file: string; sha256: string }) {
  return unpackSource({ archive: () => createReadStream(file), sha256, directory: join(folder, 'trees') })
}
