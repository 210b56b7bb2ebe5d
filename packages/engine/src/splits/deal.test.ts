import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deal, median, type SplitFile } from './deal.ts'

const sized = (sizes: Readonly<Record<string, number>>): SplitFile[] =>
  Object.entries(sizes).map(([path, bytes]) => ({ path, bytes }))
const timed = (times: Readonly<Record<string, number>>) => new Map(Object.entries(times))
const files = fc.uniqueArray(fc.record({ path: fc.string({ minLength: 1 }), bytes: fc.nat(5_000) }), {
  selector: ({ path }) => path,
  maxLength: 9,
})
/** Generates files, the times of some of them, and a number of shards. */
const dealt = files.chain((all) =>
  fc.record({
    all: fc.constant(all),
    times: fc
      .array(fc.option(fc.double({ min: 0, max: 5_000, noNaN: true })), {
        minLength: all.length,
        maxLength: all.length,
      })
      .map((times) => new Map(all.flatMap(({ path }, i) => (times[i] == null ? [] : [[path, times[i]]])))),
    total: fc.integer({ min: 1, max: 4 }),
  }),
)

test('G73 each file is dealt to one shard, in order, whatever the order of the files', () => {
  fc.assert(
    fc.property(dealt, fc.nat(), ({ all, times, total }, turn) => {
      const shards = deal(all, times, total)
      expect(shards).toHaveLength(total)
      expect(shards.flat().sort()).toEqual(all.map(({ path }) => path).sort())
      const turned = [...all.slice(turn % (all.length || 1)), ...all.slice(0, turn % (all.length || 1))]
      expect(deal(turned.toReversed(), times, total)).toEqual(shards)
    }),
  )
})

test('the longest shard takes at most 4/3 of the time of the longest shard in the best deal', () => {
  fc.assert(
    fc.property(dealt, ({ all, times, total }) => {
      const known = all.flatMap(({ path }) => times.get(path) ?? [])
      const usual = known.length === 0 ? undefined : median(known)
      const cost = new Map(all.map(({ path, bytes }) => [path, Math.max(1, times.get(path) ?? usual ?? bytes)]))
      const loads = deal(all, times, total).map((paths) => paths.reduce((sum, path) => sum + (cost.get(path) ?? 0), 0))
      expect(Math.max(...loads)).toBeLessThanOrEqual((4 / 3) * best([...cost.values()], total) + 0.001)
    }),
  )
})

/**
 * Returns the longest load in the best deal, found by trying all deals up to the order of shards.
 */
function best(costs: readonly number[], total: number): number {
  let least = Number.POSITIVE_INFINITY
  const loads: number[] = []
  const place = (at: number): void => {
    if (Math.max(0, ...loads) >= least) return
    const cost = costs[at]
    if (cost === undefined) {
      least = Math.max(0, ...loads)
      return
    }
    for (let shard = 0; shard < Math.min(loads.length + 1, total); shard += 1) {
      loads[shard] = (loads[shard] ?? 0) + cost
      place(at + 1)
      loads[shard] = (loads[shard] ?? 0) - cost
      if (loads.length > 1 && loads.at(-1) === 0 && shard === loads.length - 1) loads.pop()
    }
  }
  place(0)
  return least
}

test('files are dealt by their times, unknown ones by the median of the others, and all by size if no time is known', () => {
  const four = sized({ a: 10, b: 20, c: 30, d: 40 })
  expect(deal(four, new Map(), 2)).toEqual([
    ['a', 'd'],
    ['b', 'c'],
  ])
  expect(deal(four, timed({ a: 900, b: 100, c: 100, d: 100 }), 2)).toEqual([['a'], ['b', 'c', 'd']])
  // The median is 100, which makes d as long as b and c.
  expect(deal(four, timed({ a: 250, b: 100, c: 100 }), 2)).toEqual([['a'], ['b', 'c', 'd']])
  // Times of removed files are ignored.
  expect(deal(four, timed({ gone: 900 }), 2)).toEqual(deal(four, new Map(), 2))
})

test('files without any time are spread, and shards may stay empty', () => {
  expect(deal(sized({ a: 0, b: 0, c: 0, d: 0 }), new Map(), 2)).toEqual([
    ['a', 'c'],
    ['b', 'd'],
  ])
  expect(deal(sized({ a: 1 }), new Map(), 3)).toEqual([['a'], [], []])
})

/** Recorded times differ from those of the next build by up to a tenth. */
test('G73 after five builds the times of four shards differ by less than 15 %', () => {
  const true20 = Array.from({ length: 20 }, (_, i) => ({
    path: `t${i}`,
    bytes: 100,
    ms: 400 + ((i * 7919) % 20) * 130,
  }))
  const wobble = (i: number, build: number) => 0.95 + (((i + 1) * (build + 3) * 104_729) % 101) / 1_000
  const builds = Array.from({ length: 6 }, (_, build) => true20.map(({ ms }, i) => ms * wobble(i, build)))
  const times = new Map(true20.map(({ path }, i) => [path, median(builds.slice(0, 5).map((build) => build[i] ?? 0))]))
  const ends = deal(true20, times, 4).map((paths) =>
    paths.reduce((sum, path) => sum + (builds[5]?.[Number(path.slice(1))] ?? 0), 0),
  )
  expect(Math.max(...ends) / Math.min(...ends)).toBeLessThan(1.15)
  const blind = deal(true20, new Map(), 4).map((paths) =>
    paths.reduce((sum, path) => sum + (builds[0]?.[Number(path.slice(1))] ?? 0), 0),
  )
  expect(Math.max(...blind) / Math.min(...blind)).toBeGreaterThan(1.15)
})
