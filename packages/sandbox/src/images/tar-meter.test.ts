import { expect, test } from 'vitest'
import { paxRecord, tarOf } from '../source/archive.test-support.ts'
import { type Extent, TarMeter } from './tar-meter.ts'

/** Returns the measured extent, which does not depend on how the input is divided. */
function measured(tar: Buffer): Extent {
  const found = [tar.length, 512, 700, 1].map((size) => {
    const meter = new TarMeter()
    for (let start = 0; start < tar.length; start += size) meter.add(tar.subarray(start, start + size))
    return meter.extent
  })
  for (const each of found) expect(each).toEqual(found[0])
  return found[0] as Extent
}

const nothing = Buffer.alloc(0)

test('files count with their bytes and a disk block, folders only once', () => {
  const tar = tarOf([
    { name: 'etc/', type: '5' },
    { name: 'etc/a', content: 'x'.repeat(1000) },
    { name: 'etc/b', content: 'x' },
  ])
  // `etc/` counts as an entry and as a parent folder.
  expect(measured(tar)).toEqual({ bytes: tar.length + 3 * 4096, entries: 3 + 1 })
})

test('parent folders of a path count, unless the previous path had them', () => {
  const deep = (last: string) => `${'d/'.repeat(40)}${last}`
  expect(measured(tarOf([{ name: deep('a') }], nothing)).entries).toBe(1 + 40)
  expect(measured(tarOf([{ name: deep('a') }, { name: deep('b') }], nothing)).entries).toBe(2 + 40)
  const long = paxRecord('path', `${'d/'.repeat(1500)}a`)
  const tar = tarOf([{ name: 'x', type: 'x', content: long }, { name: 'a' }], nothing)
  expect(measured(tar).entries).toBeGreaterThan(1500)
})

test('data after the end of the archive counts, and so does an archive in a file', () => {
  const two = tarOf([{ name: 'a' }, { name: 'b' }])
  expect(measured(Buffer.concat([two, two])).entries).toBe(2 * measured(two).entries)
  expect(measured(tarOf([{ name: 'inner.tar', content: two }])).entries).toBeGreaterThan(measured(two).entries)
})

const holes = tarOf([
  { name: 'x', type: 'x', content: paxRecord('size', '0') },
  { name: 'hole', type: 'S' },
  { name: 'x', type: 'x', content: paxRecord('GNU.sparse.realsize', '9000000000000') },
  { name: 'a' },
])

test('an ordinary file may be an archive of sparse files', () => {
  const entries = [
    { name: 'x', type: 'x', content: paxRecord('mtime', '1') },
    { name: 'testdata/sparse.tar', content: holes },
    { name: 'b' },
  ]
  expect(measured(tarOf([{ name: 'etc/', type: '5' }, ...entries])).bytes).toBeGreaterThan(holes.length)
})

test.for([
  [
    'behind a size of a pax header',
    [
      { name: 'x', type: 'x', content: paxRecord('size', '0') },
      { name: 'a', content: holes },
    ],
  ],
  ['behind a folder with a size', [{ name: 'a/', type: '5', content: holes }]],
  ['behind a file with the old type flag', [{ name: 'a/', type: '\0', content: holes }]],
  [
    'behind the end of the archive',
    [{ name: 'a', content: 'a' }],
    Buffer.concat([Buffer.alloc(1024), tarOf([{ name: 'b', content: holes }])]),
  ],
] as const)('a possible file with holes is refused where readers may differ: %s', ([, entries, end]) => {
  expect(() => measured(tarOf(entries, end ?? nothing))).toThrow(/sparse/)
})

test.for([
  ['as GNU tar writes it', [{ name: 'hole', type: 'S' }]],
  [
    'in a pax header',
    [{ name: 'x', type: 'x', content: paxRecord('GNU.sparse.realsize', '9000000000000') }, { name: 'a' }],
  ],
  [
    'in a pax header, beyond its first block',
    [
      {
        name: 'x',
        type: 'x',
        content: Buffer.concat([paxRecord('comment', 'x'.repeat(490)), paxRecord('GNU.sparse.map', '0,1')]),
      },
      { name: 'a' },
    ],
  ],
] as const)('a file with holes is refused: %s', ([, entries]) => {
  expect(() => measured(tarOf(entries))).toThrow(/sparse/)
})
