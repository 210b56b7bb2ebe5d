import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  firstUnknown,
  type HitPlace,
  type Hits,
  linesWithHits,
  nextHit,
  noHits,
  positionOf,
  previousHit,
  rangesOf,
  withAnswer,
  withNeighbours,
} from './hits.ts'
import { readSearch, writeSearch } from './search-text.ts'

/** The number of hits on each line, and a server that answers from these. */
interface Log {
  readonly counts: readonly number[]
  readonly limit: number
}

const log: fc.Arbitrary<Log> = fc.record({
  counts: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })), {
    minLength: 1,
    maxLength: 60,
  }),
  limit: fc.integer({ min: 1, max: 5 }),
})

function ask({ counts, limit }: Log, from: number) {
  const all = counts.flatMap((count, at) =>
    count > 0 && at + 1 >= from
      ? [{ line: at + 1, ranges: Array.from({ length: count }, (_, rank) => [rank, rank + 1]) }]
      : [],
  )
  const parts = Math.min(7, counts.length)
  const buckets = Array.from({ length: parts }, () => 0)
  for (const [at, count] of counts.entries()) {
    const place = Math.floor((at * parts) / counts.length)
    buckets[place] = (buckets[place] ?? 0) + count
  }
  return {
    total: counts.reduce((sum, count) => sum + count, 0),
    complete: true,
    before: counts.slice(0, from - 1).reduce((sum, count) => sum + count, 0),
    buckets,
    hits: all.slice(0, limit),
    next: all[limit]?.line ?? null,
  }
}

const answered = (known: Hits, given: Log, from: number) =>
  withAnswer(known, from, ask(given, from), given.counts.length)

/** Follows steps through the hits, and requests more from the server as needed. */
function follow(
  given: Log,
  known: Hits,
  step: (hits: Hits) => ReturnType<typeof nextHit>,
): { readonly hits: Hits; readonly place: HitPlace | null } {
  let hits = known
  for (let asked = 0; asked < 500; asked++) {
    const found = step(hits)
    if (found === null || 'line' in found) return { hits, place: found }
    hits = answered(hits, given, found.ask)
  }
  throw new Error('it asks forever')
}

test('web L12 next and previous visit all hits in order, whatever was requested before', () => {
  fc.assert(
    fc.property(log, fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }), (given, asked) => {
      const places = given.counts.flatMap((count, at) =>
        Array.from({ length: count }, (_, rank) => ({ line: at + 1, rank })),
      )
      let hits = answered(noHits, given, 1)
      for (const from of asked) if (from <= given.counts.length) hits = answered(hits, given, from)
      let here: HitPlace = { line: 0, rank: 0 }
      for (const place of places) {
        const step = follow(given, hits, (known) => nextHit(known, here))
        expect(step.place).toEqual(place)
        expect(positionOf(step.hits, place)).toBe(places.indexOf(place) + 1)
        ;[hits, here] = [step.hits, place]
      }
      expect(follow(given, hits, (known) => nextHit(known, here)).place).toBeNull()
      hits = asked
        .filter((from) => from <= given.counts.length)
        .reduce((known, from) => answered(known, given, from), answered(noHits, given, 1))
      here = { line: given.counts.length + 1, rank: 0 }
      for (const place of places.toReversed()) {
        const step = follow(given, hits, (known) => previousHit(known, here))
        expect(step.place).toEqual(place)
        expect(positionOf(step.hits, place)).toBe(places.indexOf(place) + 1)
        ;[hits, here] = [step.hits, place]
      }
      expect(follow(given, hits, (known) => previousHit(known, here)).place).toBeNull()
    }),
    { numRuns: scaled(300) },
  )
})

test("web L12 known hits match the server's, and a position counts all hits before it", () => {
  fc.assert(
    fc.property(log, (given) => {
      let hits = noHits
      const unknown = () => firstUnknown(hits, 1, given.counts.length)
      for (let from = unknown(); from !== null; from = unknown()) hits = answered(hits, given, from)
      let position = 0
      for (const [at, count] of given.counts.entries()) {
        expect(rangesOf(hits, at + 1)?.length ?? 0).toBe(count)
        for (let rank = 0; rank < count; rank++) expect(positionOf(hits, { line: at + 1, rank })).toBe(++position)
      }
      expect(linesWithHits(hits)).toEqual(given.counts.flatMap((count, at) => (count > 0 ? [at + 1] : [])))
    }),
    { numRuns: scaled(300) },
  )
})

test('web L12 matches are listed with their neighbours, each line once', () => {
  expect(withNeighbours([2, 4, 20], 2, 21)).toEqual([1, 2, 3, 4, 5, 6, 18, 19, 20, 21])
})

test('web R4 a search in the address is parsed as it was written', () => {
  const search = fc.record({ text: fc.string(), regex: fc.boolean(), case: fc.boolean(), word: fc.boolean() })
  fc.assert(
    fc.property(search, (given) => {
      expect(readSearch(writeSearch(given))).toEqual(given)
    }),
  )
  expect(readSearch('plain text')).toEqual({ text: 'plain text', regex: false, case: false, word: false })
  expect(readSearch(undefined).text).toBe('')
})
