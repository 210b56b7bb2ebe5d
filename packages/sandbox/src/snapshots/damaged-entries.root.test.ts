import { cp, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Bench } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import { openTestLayout } from '../layout/layout.test-support.ts'
import type { Layout } from '../layout/layout.ts'
import { type SnapshotFiles, type SnapshotRecord, snapshotFiles } from './snapshot-record.ts'
import { collectorOver, plant } from './snapshots.test-support.ts'

let root: string
let layout: Layout
let entry: SnapshotRecord
let files: SnapshotFiles
beforeEach(async () => {
  root = await mkdtemp('/var/tmp/harmont-damaged-')
  layout = openTestLayout(join(root, 'driver'))
  const parent = await plant(layout)
  entry = await plant(layout, { parent, key: 'k' })
  files = snapshotFiles(layout, entry.id)
})
afterEach(() => rm(root, { recursive: true, force: true }))

const indexed = async () => join(layout.cacheIndex, (await readdir(layout.cacheIndex))[0] ?? '')
const cut = async (path: string) => truncate(path, (await readFile(path)).length >> 1)
const rewritten = (change: object) => writeFile(files.record, JSON.stringify({ ...entry, ...change }))

it.each<readonly [string, () => Promise<unknown>]>([
  ['its directory is gone', () => rm(files.directory, { recursive: true })],
  ['its layer is gone', () => rm(files.layer, { recursive: true })],
  ['its layer is a file', () => rm(files.layer, { recursive: true }).then(() => writeFile(files.layer, ''))],
  ['its record is cut off', () => cut(files.record)],
  ['its record is empty', () => truncate(files.record, 0)],
  ['its record is gone', () => rm(files.record)],
  ['its record is of another release', () => rewritten({ version: 2 })],
  ['its record is another’s', () => rewritten({ id: entry.parent })],
  ['its record leads out', () => rewritten({ layers: ['../../etc'] })],
  ['its record was made under another key', () => rewritten({ meta: { cache: { namespace: 'n', key: 'other' } } })],
  ['the layer below is gone', () => rm(snapshotFiles(layout, entry.parent ?? '').layer, { recursive: true })],
  ['the index is cut off', async () => cut(await indexed())],
  [
    'the index names another key',
    async () => {
      await plant(layout, { key: 'other' })
      const names = (await readdir(layout.cacheIndex)).map((name) => join(layout.cacheIndex, name))
      const [own, other] = (await readFile(names[0] ?? '', 'utf8')).includes('"k"') ? names : names.toReversed()
      await cp(other ?? '', own ?? '')
    },
  ],
  ['its machine crashed before it was on disk', () => rewritten({ bootId: 'an earlier boot' })],
])('G09 an entry is a miss, is reported as damaged, and is removed if %s', async (_, damage) => {
  const snapshots = collectorOver(layout)
  expect((await snapshots.find('n', 'k'))?.id).toBe(entry.id)
  await damage()
  let told = 0
  expect(await snapshots.find('n', 'k', () => told++)).toBeUndefined()
  // Only once, because the damaged entry is removed then.
  expect(await snapshots.find('n', 'k', () => told++)).toBeUndefined()
  expect(told).toBe(1)
  await snapshots.collect({ keep: new Set(), cacheBytes: 0 })
  expect(await readdir(layout.snapshots)).toEqual([])
})

it('G09 an entry is a hit after a crash of the machine if it was on disk', async () => {
  await plant(layout, { key: 'safe', boot: 'an earlier boot', durable: true })
  const lower = await plant(layout, { boot: 'an earlier boot' })
  await plant(layout, { key: 'not-below', parent: lower, boot: 'an earlier boot', durable: true })
  const snapshots = collectorOver(layout)
  expect(await snapshots.find('n', 'safe')).toBeDefined()
  expect(await snapshots.find('n', 'not-below')).toBeUndefined()
})

it('an entry without its size is a hit, and is measured again', async () => {
  await rm(files.size)
  const snapshots = collectorOver(layout)
  await snapshots.collect({ keep: new Set(), cacheBytes: 1 << 30 })
  expect((await snapshots.find('n', 'k'))?.id).toBe(entry.id)
  expect(Number(await readFile(files.size, 'utf8'))).toBeGreaterThan(0)
})

it('G04 a damaged flattened layer is made again', async () => {
  const directory = join(root, 'real')
  const driver = await openDriver(directory)
  const bench = await Bench.open(driver, 'host', directory)
  try {
    const made = await bench.step('echo kept >f')
    const at = snapshotFiles({ snapshots: join(directory, 'snapshots') }, made.id)
    // Simulates a hundred steps, of which only the first has changes.
    const record = JSON.parse(await readFile(at.record, 'utf8')) as SnapshotRecord
    const chain = Array.from({ length: 99 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`)
    for (const id of chain) {
      const own = snapshotFiles({ snapshots: join(directory, 'snapshots') }, id)
      await cp(at.directory, own.directory, { recursive: true, preserveTimestamps: true })
      await rm(join(own.layer, 'workspace'), { recursive: true, force: true })
      await writeFile(own.record, JSON.stringify({ ...record, id, layers: [id] }))
    }
    await writeFile(at.record, JSON.stringify({ ...record, layers: [made.id, ...chain] }))
    expect(await bench.print('cat f', { from: made.id })).toBe('kept\n')
    const flat = await readFile(join(at.directory, 'flattened'), 'utf8')
    const { layer } = snapshotFiles({ snapshots: join(directory, 'snapshots') }, flat)
    await rename(layer, `${layer}-lost`)
    expect(await bench.print('cat f', { from: made.id })).toBe('kept\n')
    expect(await readFile(join(at.directory, 'flattened'), 'utf8')).not.toBe(flat)
  } finally {
    await bench.destroyAll()
    await driver.close()
  }
})
