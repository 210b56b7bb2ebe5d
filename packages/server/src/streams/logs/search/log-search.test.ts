import { type Chunk, LineIndexer, stripEscapes } from '@harmont/logs'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OpenLog } from '../../../builds/logs/job-logs.ts'
import { makeFinder } from './finder.ts'
import { type Hit, LogSearch } from './log-search.ts'
import type { SearchQuery } from './query.ts'

/** A log in memory that is read while it grows. */
class Log {
  readonly #chunks: readonly Chunk[]
  readonly #indexer = new LineIndexer()

  constructor(chunks: readonly Chunk[]) {
    this.#chunks = chunks
  }

  async read(_jobId: string, after: number): Promise<readonly Chunk[]> {
    return this.#chunks.slice(after, after + 3)
  }

  /** Opens the log with its first `upTo` chunks. */
  open(upTo: number): OpenLog {
    this.#indexer.push(this.#chunks.slice(this.#indexer.lastSeq, upTo))
    return { jobId: 'x', index: this.#indexer.index, isComplete: false, isRemoved: false }
  }
}

const never = new AbortController().signal
const query = (text: string, how: Partial<SearchQuery> = {}): SearchQuery => ({
  text,
  isExpression: false,
  isCaseSensitive: false,
  isWord: false,
  ...how,
})

const piece = fc.constantFrom(
  ...[
    'a',
    'A',
    'ab',
    'aB ',
    'é',
    'É',
    '😀',
    '_',
    ' ',
    '\n',
    '\n',
    '\u001b[31m',
    '\u001b[0m',
    'a\u001b[1mb',
    '.',
    '(',
    '\r',
    'ſ',
    'K',
  ],
)
const texts = fc.array(
  fc.oneof(
    { weight: 150, arbitrary: piece },
    { weight: 1, arbitrary: fc.constantFrom('ab\n'.repeat(45_000), 'x'.repeat(140_000)) },
  ),
  {
    maxLength: 80,
    size: 'max',
  },
)
const logs = fc.tuple(texts, fc.integer({ min: 1, max: 30_000 })).map(([parts, size]) => {
  const bytes = Buffer.from(parts.join(''))
  const chunks: Chunk[] = []
  const step = Math.max(size, Math.ceil(bytes.length / 100))
  for (let at = 0; at < bytes.length; at += step)
    chunks.push({ seq: chunks.length + 1, kind: 0, content: bytes.subarray(at, at + step), ts: null })
  return { chunks, text: bytes.toString() }
})

/** Searches each line separately. */
function model(text: string, pattern: RegExp): Hit[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.flatMap((line, place) => {
    const ranges = [...stripEscapes(line).matchAll(pattern)].map(({ index, 0: found }): [number, number] => [
      index,
      index + found.length,
    ])
    return ranges.length === 0 ? [] : [{ line: place + 1, count: ranges.length, ranges }]
  })
}

const total = (hits: readonly Hit[]) => hits.reduce((sum, { count }) => sum + count, 0)

const cases: readonly (readonly [SearchQuery, RegExp])[] = [
  [query('ab', { isCaseSensitive: true }), /ab/g],
  [query('ab'), /ab/gi],
  [query('é'), /é/giu],
  [query('a', { isWord: true }), /(?<![\p{L}\p{N}_])a(?![\p{L}\p{N}_])/giu],
  [query('.'), /\./g],
  [query('('), /\(/g],
  [query('^a+b?', { isExpression: true, isCaseSensitive: true }), /^a+b?/g],
  [query('b$|😀', { isExpression: true, isCaseSensitive: true }), /b$|😀/gu],
]

describe('a search', () => {
  test.for(cases.map(([asked, pattern]) => ({ text: asked.text, asked, pattern })))(
    'web L12 finds what a search of each line by itself finds: $text',
    async ({ asked, pattern }) => {
      await fc.assert(
        fc.asyncProperty(logs, fc.nat(), async ({ chunks, text }, part) => {
          const log = new Log(chunks)
          const search = new LogSearch(log, makeFinder(asked))
          // The search began before the whole log existed.
          await search.advance(log.open(part % (chunks.length + 1)), Number.POSITIVE_INFINITY, never)
          const whole = log.open(chunks.length)
          expect(await search.advance(whole, Number.POSITIVE_INFINITY, never)).toBe(true)
          const expected = model(text, pattern)
          expect(search.total).toBe(total(expected))
          expect(await search.hitsFrom(whole, 1, 50)).toEqual(expected.slice(0, 50))
          const from = (part % (whole.index.totalLines + 1)) + 1
          expect(await search.hitsFrom(whole, from, 7)).toEqual(expected.filter(({ line }) => line >= from).slice(0, 7))
          expect(await search.countBefore(whole, from)).toBe(total(expected.filter(({ line }) => line < from)))
          const parts = search.parts(whole.index.totalLines, 200)
          expect(parts.reduce((sum, count) => sum + count, 0)).toBe(search.total)
        }),
        { numRuns: scaled(5) },
      )
    },
  )

  test('resumes where its time ran out, and counts nothing twice', async () => {
    const bytes = Buffer.from('needle in hay\n'.repeat(50_000))
    const chunks = Array.from({ length: 70 }, (_, place): Chunk => {
      const content = bytes.subarray(place * 10_000, (place + 1) * 10_000)
      return { seq: place + 1, kind: 0, content, ts: null }
    })
    const log = new Log(chunks)
    const search = new LogSearch(log, makeFinder(query('needle')))
    const whole = log.open(70)
    let calls = 0
    while (!(await search.advance(whole, Number.NEGATIVE_INFINITY, never))) calls++
    expect(calls).toBeGreaterThan(3)
    expect(search.total).toBe(50_000)
  })

  test('counts all hits of a line with very many, and returns the first ones', async () => {
    const content = Buffer.from('a'.repeat(30_000))
    const chunks = Array.from({ length: 40 }, (_, place): Chunk => ({ seq: place + 1, kind: 0, content, ts: null }))
    const log = new Log([...chunks, { seq: 41, kind: 0, content: Buffer.from('\na'), ts: null }])
    const search = new LogSearch(log, makeFinder(query('a')))
    const whole = log.open(41)
    await search.advance(whole, Number.POSITIVE_INFINITY, never)
    const hits = await search.hitsFrom(whole, 1, 5)
    expect(hits.map(({ line, count, ranges }) => [line, count, ranges.length])).toEqual([
      [1, 1_200_000, 1_000],
      [2, 1, 1],
    ])
    expect(search.total).toBe(1_200_001)
  })

  test('a malformed or too large expression is refused', () => {
    for (const text of ['(', 'a{1000}{1000}', '(?=a)', '((a{30}){30}){1}b{100}'])
      expect(() => makeFinder(query(text, { isExpression: true }))).toThrow('`q` must be')
    expect(() => makeFinder(query('(x+x+)+y', { isExpression: true }))).not.toThrow()
  })
})
