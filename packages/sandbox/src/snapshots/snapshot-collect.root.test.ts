import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestLayout } from '../layout/layout.test-support.ts'
import type { Layout } from '../layout/layout.ts'
import { CacheIndex } from './cache-index.ts'
import { LayerDirectories } from './layer-places.ts'
import type { SnapshotRecord } from './snapshot-record.ts'
import { collectorOver, plant } from './snapshots.test-support.ts'

let root: string
let layout: Layout
beforeEach(async () => {
  root = await mkdtemp('/var/tmp/harmont-collect-')
  layout = openTestLayout(join(root, 'driver'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const mega = 1 << 20
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute))
const there = async () => new Set(await readdir(layout.snapshots))
const idsOf = (...records: readonly SnapshotRecord[]) => new Set(records.map(({ id }) => id))

describe('the limit on snapshots', () => {
  it('G09 drops cache entries, least recently used first, and never required snapshots', async () => {
    const needed = await plant(layout, { bytes: 10 * mega })
    const child = await plant(layout, { bytes: 5 * mega, parent: needed })
    const old = await plant(layout, { bytes: 3 * mega, key: 'old', usedAt: at(1) })
    const recent = await plant(layout, { bytes: 3 * mega, key: 'recent', usedAt: at(3) })
    const middle = await plant(layout, { bytes: 3 * mega, key: 'middle', usedAt: at(2) })
    const snapshots = collectorOver(layout)
    const keep = idsOf(child)
    expect(await snapshots.collect({ keep, cacheBytes: 22 * mega })).toEqual([old.id])
    expect(await snapshots.find('n', 'old')).toBeUndefined()
    expect((await snapshots.find('n', 'middle'))?.id).toBe(middle.id)
    expect((await snapshots.find('n', 'recent'))?.id).toBe(recent.id)
    expect((await snapshots.collect({ keep, cacheBytes: 0 })).toSorted()).toEqual([recent.id, middle.id].toSorted())
    expect(await there()).toEqual(idsOf(needed, child))
  })

  it('keeps failed snapshots before cache entries, and cache entries before leftovers of builds; newest first', async () => {
    const pins = await Promise.all([1, 2].map(() => plant(layout, { bytes: mega })))
    const entries = await Promise.all([2, 1].map((n) => plant(layout, { bytes: mega, key: `${n}`, usedAt: at(n) })))
    const others = await Promise.all([1, 2].map(() => plant(layout, { bytes: mega })))
    const ranked = [...pins, ...entries, ...others]
    const [pinned, left] = [pins, others].map((each) => each.map(({ id }) => id))
    for (let room = 6; room >= 0; room--) {
      await collectorOver(layout).collect({
        keep: new Set(),
        pinned: pinned ?? [],
        left: left ?? [],
        cacheBytes: room * mega,
      })
      expect(await there()).toEqual(idsOf(...ranked.slice(0, room)))
    }
  })

  it('G09 keeps snapshots that were just found in the cache, even without space for them', async () => {
    let now = Date.now()
    const snapshots = collectorOver(layout, { collectGraceMs: 60_000, now: () => new Date(now) })
    const entry = await plant(layout, { key: 'k' })
    expect((await snapshots.find('n', 'k'))?.id).toBe(entry.id)
    expect(await snapshots.collect({ keep: new Set(), cacheBytes: 0 })).toEqual([])
    expect((await snapshots.find('n', 'k'))?.id).toBe(entry.id)
    now += 61_000
    expect(await snapshots.collect({ keep: new Set(), cacheBytes: 0 })).toEqual([entry.id])
  })
})

it('G09 a look-up that the collector overtakes still finds the snapshot', async () => {
  const entry = await plant(layout, { key: 'k' })
  const cache = new CacheIndex(layout.cacheIndex)
  class Overtaken extends LayerDirectories {
    override async ready(id: string): Promise<boolean> {
      await cache.drop({ namespace: 'n', key: 'k' })
      return super.ready(id)
    }
  }
  const snapshots = collectorOver(layout, { places: new Overtaken(layout) })
  expect((await snapshots.find('n', 'k'))?.id).toBe(entry.id)
  expect(await snapshots.find('n', 'k')).toBeUndefined()
})

describe('collecting', () => {
  it('can run twice at once: both runs keep the same snapshots, and neither fails', async () => {
    const kept = await plant(layout)
    const child = await plant(layout, { parent: kept })
    await Promise.all(Array.from({ length: 60 }, (_, n) => plant(layout, n % 2 === 0 ? {} : { key: `${n}` })))
    const [one, other] = [collectorOver(layout), collectorOver(layout)]
    const claims = { keep: idsOf(child), cacheBytes: 2 * 4096 }
    await Promise.all([one.collect(claims), other.collect(claims), one.collect(claims)])
    expect(await there()).toEqual(idsOf(kept, child))
    expect(await new CacheIndex(layout.cacheIndex).entries()).toEqual([])
  })

  it.each([1, 20])(
    'G02 killed after %d removals leaves no snapshot half removed, and the next run completes the removal',
    async (removals) => {
      const kept = await plant(layout)
      const child = await plant(layout, { parent: kept, key: 'kept' })
      await Promise.all(Array.from({ length: 40 }, (_, n) => plant(layout, n % 2 === 0 ? {} : { key: `${n}` })))
      const program = fileURLToPath(new URL('collecting-process.test-support.ts', import.meta.url))
      const collector = spawn(process.execPath, [program, layout.root, child.id], { stdio: ['ignore', 2, 2] })
      await until(there, ({ size }) => size <= 42 - removals, { restMs: 2 })
      collector.kill('SIGKILL')
      await once(collector, 'exit')

      const snapshots = collectorOver(layout)
      expect(new Set((await snapshots.records()).map(({ id }) => id))).toEqual(await there())
      expect((await snapshots.find('n', 'kept'))?.id).toBe(child.id)
      for (const { key, snapshot } of await new CacheIndex(layout.cacheIndex).entries())
        expect((await snapshots.find('n', key))?.id).toBe(snapshot)
      await snapshots.collect({ keep: idsOf(child), cacheBytes: 0 })
      expect(await there()).toEqual(idsOf(kept, child))
    },
  )
})
