import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { scaled, seed } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { awkwardPlaces, awkwardSteps } from '../../conformance/awkward.ts'
import { Bench } from '../../conformance/bench.ts'
import { randomSteps } from '../../conformance/random-steps.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import { treeOf } from '../../conformance/tree.ts'
import type { OciDriver } from '../driver/driver.ts'
import { openTestLayout } from '../layout/layout.test-support.ts'
import type { PackedSnapshot, Snapshot, SnapshotId } from '../sandbox-driver.ts'
import { flatten } from './flatten.ts'
import { readSnapshotRecord } from './snapshot-record.ts'
import { Viewer } from './view.ts'

let root: string
let here: Bench
let there: Bench
const drivers: OciDriver[] = []
const blobs = () => join(root, 'blobs-between')

async function open(name: string): Promise<Bench> {
  const directory = join(root, name)
  const driver = await openDriver(directory)
  drivers.push(driver)
  return Bench.open(driver, 'host', directory)
}

beforeAll(async () => {
  root = await mkdtemp('/var/tmp/harmont-layers-')
  here = await open('here')
  there = await open('there')
})
afterAll(async () => {
  for (const bench of [here, there]) await bench.destroyAll()
  for (const driver of drivers) await driver.close()
  await rm(root, { recursive: true, force: true })
})

/**
 * Packs a snapshot and unpacks it in the other driver. `below`: the snapshot's layers without its
 * own.
 */
async function carry(snapshot: Snapshot, below: readonly SnapshotId[]): Promise<PackedSnapshot> {
  const { id, parent, imageDigest, meta, createdAt } = snapshot
  const layer = await here.driver.snapshots.pack(id, blobs())
  const packed = { id, parent, imageDigest, meta, layers: [id, ...below], createdAt: createdAt.toISOString(), layer }
  const file = join(blobs(), 'blobs', 'sha256', layer.digest.slice('sha256:'.length))
  const unpacked = await there.driver.snapshots.unpack(packed, null, () => createReadStream(file))
  expect(unpacked).toMatchObject({ id, parent })
  return packed
}

/**
 * Runs the scripts one after another and transfers each result. Returns the last snapshot with all
 * layers.
 */
async function chain(scripts: readonly string[]): Promise<PackedSnapshot> {
  let last: PackedSnapshot | undefined
  for (const script of scripts) {
    const made = await here.step(script, last === undefined ? {} : { from: last.id })
    last = await carry(made, last?.layers ?? [])
  }
  if (last === undefined) throw new Error('no scripts')
  return last
}

/** Returns the single-layer snapshot with the same content. */
async function flattened(id: SnapshotId): Promise<SnapshotId> {
  const layout = openTestLayout(here.directory)
  const record = readSnapshotRecord(layout, id)
  if (record === undefined) throw new Error(`no record of ${id}`)
  return flatten(record, here.image.rootfs, { layout, viewer: new Viewer(layout) })
}

describe('G04 the file system of a snapshot', () => {
  it('remains the same after packing and fetching, or flattening, whatever the steps did', async () => {
    const last = await chain(awkwardSteps)
    const tree = await treeOf(here, last.id, awkwardPlaces)
    expect(await treeOf(there, last.id, awkwardPlaces)).toBe(tree)
    expect(await there.driver.snapshots.pack(last.id, blobs())).toEqual(last.layer)
    const flat = await flattened(last.id)
    expect(await treeOf(here, flat, awkwardPlaces)).toBe(tree)
    // A child on the other driver gets the same result as a child on this one.
    const go = 'mv old older; rm big; cat older/n9 gone/h kind/in; ls; stat -c "%h %a %u" linked sticky'
    const [one, other, third] = await Promise.all([
      here.print(go, { from: last.id }),
      there.print(go, { from: last.id }),
      here.print(go, { from: flat }),
    ])
    expect([other, third]).toEqual([one, one])
  })

  it.each(Array.from({ length: scaled(1) }, (_, n) => seed + n))(
    'is the same after random steps, packed, fetched and flattened (seed %d)',
    async (each) => {
      const last = await chain(randomSteps(each, 4))
      const tree = await treeOf(here, last.id, awkwardPlaces)
      expect(tree.split('\n').length).toBeGreaterThan(100)
      const flat = await flattened(last.id)
      const [fetched, single] = await Promise.all([
        treeOf(there, last.id, awkwardPlaces),
        treeOf(here, flat, awkwardPlaces),
      ])
      expect(fetched).toBe(tree)
      expect(single).toBe(tree)
    },
    180_000,
  )

  it('keeps a socket when flattened, and loses it when fetched', async () => {
    const last = await chain([`python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("s")'; echo >f`])
    expect(await there.print('ls', { from: last.id })).toBe('f\n')
    expect(await here.print('stat -c %F s', { from: await flattened(last.id) })).toBe('socket\n')
  })

  it('is not packed if it has a file name that would be misinterpreted', async () => {
    const reserved = await here.step('echo >f; echo mine >.wh.f')
    await expect(here.driver.snapshots.pack(reserved.id, blobs())).rejects.toThrow('begins with ".wh."')
    expect((await readdir(join(blobs(), 'blobs', 'sha256'))).filter((name) => name.endsWith('.part'))).toEqual([])
    expect(await here.print('cat .wh.f; ls', { from: reserved.id })).toBe('mine\nf\n')
    expect(await here.print('cat .wh.f; ls', { from: await flattened(reserved.id) })).toBe('mine\nf\n')
  })

  it('is not fetched without the layers below it', async () => {
    const parent = await here.step('echo 1 >a')
    const child = await here.step('echo 2 >b', { from: parent.id })
    await expect(carry(child, [parent.id])).rejects.toMatchObject({ code: 'snapshot_unavailable' })
    expect(await there.driver.snapshots.get(child.id)).toBeUndefined()
  })
})
