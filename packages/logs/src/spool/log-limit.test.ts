import { isUtf8 } from 'node:buffer'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Chunk } from '../chunk.ts'
import { remarkOf } from '../remarks.ts'
import { chunksOf, mixedTexts, type Part, readAll, readings, streamOf, unlimited } from './output.test-support.ts'
import { decodeProgress } from './progress.ts'

const sizeOf = (chunks: readonly Chunk[]) =>
  chunks.reduce((sum, { kind, content }) => (kind === 2 ? sum : sum + content.length), 0)
const remarksOf = (chunks: readonly Chunk[]) =>
  chunks.filter(({ kind }) => kind === 2).map(({ content }) => remarkOf(String(content), 1, false))
const text = (kind: 0 | 1, content: string): Part => ({ kind, bytes: Buffer.from(content) })
const each = { takes: [true], joins: [false], ms: 0 }

test('consists of the head, a remark on the missing middle, a remark with the number of dropped bytes, and the tail', () => {
  const parts = [text(0, 'one\n'), text(1, 'two\n'), ...Array.from({ length: 90 }, (_, n) => text(0, `${n}\n`))]
  const batches = readAll(parts, each, { ...unlimited, firstSeq: 5, keptBytes: 8, maxBytes: 80 })
  const chunks = chunksOf(batches)
  expect(chunks.map(({ seq }) => seq)).toEqual(chunks.map((_, index) => 5 + index))
  const shown = chunks.map(({ content }) => String(content)).join('')
  const head = `one\ntwo\n${Array.from({ length: 21 }, (_, n) => `${n}\n`).join('')}`
  expect(shown.startsWith(`${head}The log is close to its limit of 80 bytes.`)).toBe(true)
  const [close, dropped] = remarksOf(chunks)
  expect(close).toMatchObject({ kind: 'cap', bytes: null })
  expect(dropped).toMatchObject({ kind: 'cap', bytes: 3 * (90 - 21) - (sizeOf(chunks) - head.length) })
  expect(shown.endsWith('\n87\n88\n89\n')).toBe(true)
})

test('output of exactly the limit is kept whole, and a remark states that nothing was dropped', () => {
  const whole = chunksOf(
    readAll([text(0, '01234'), text(0, '5678'), text(0, '9')], each, { ...unlimited, maxBytes: 10 }),
  )
  expect(
    whole
      .filter(({ kind }) => kind === 0)
      .map((it) => String(it.content))
      .join(''),
  ).toBe('0123456789')
  expect(remarksOf(whole).map(({ kind, bytes }) => [kind, bytes])).toEqual([
    ['cap', null],
    ['note', null],
  ])
  const short = chunksOf(readAll([text(0, '01234'), text(0, '567')], each, { ...unlimited, maxBytes: 10 }))
  expect(short.map((it) => String(it.content))).toEqual(['01234', '567'])
})

test('lines of the head and of the tail are complete', () => {
  const parts = Array.from({ length: 5_000 }, (_, n) => text(n % 2 === 0 ? 0 : 1, `line ${n} of five thousand\n`))
  const chunks = chunksOf(
    readAll(parts, { takes: [false, false, true], joins: [false], ms: 0 }, { ...unlimited, maxBytes: 50_000 }),
  )
  const lines = chunks.filter(({ kind }) => kind !== 2).flatMap(({ content }) => String(content).trimEnd().split('\n'))
  expect(lines.filter((line) => !/^line \d+ of five thousand$/.test(line))).toEqual([])
  expect(lines.at(-1)).toBe('line 4999 of five thousand')
})

/** Whether `kept` consists of a head and a tail of `whole`. */
function isHeadAndTail(kept: Buffer, whole: Buffer): boolean {
  let head = 0
  while (head < kept.length && kept[head] === whole[head]) head++
  const tail = kept.subarray(head)
  return whole.subarray(whole.length - tail.length).equals(tail)
}

test('G12 a full log has the head and tail of the output, whole characters and the exact number of dropped bytes after any adoption', () => {
  fc.assert(
    fc.property(mixedTexts, fc.integer({ min: 0, max: 300 }), readings, readings, (parts, maxBytes, how, howLater) => {
      const written = parts.reduce((sum, { bytes }) => sum + bytes.length, 0)
      const batches = readAll(parts, { ...how, ms: 0 }, { ...unlimited, maxBytes })
      const check = (chunks: readonly Chunk[]) => {
        expect(chunks.map(({ seq }) => seq)).toEqual(chunks.map((_, index) => 1 + index))
        for (const kind of [0, 1] as const) {
          const kept = streamOf(kind, chunks)
          expect(isHeadAndTail(kept, streamOf(kind, parts))).toBe(true)
          expect(isUtf8(kept)).toBe(true)
        }
        const kept = sizeOf(chunks)
        expect(kept).toBeLessThanOrEqual(maxBytes)
        if (written <= maxBytes) expect(kept).toBe(written)
        const told = remarksOf(chunks).flatMap(({ bytes }) => bytes ?? [])
        expect(told).toEqual(kept === written ? [] : [written - kept])
      }
      check(chunksOf(batches))
      for (const [index, { position }] of batches.entries()) {
        const before = chunksOf(batches.slice(0, index + 1))
        const resumed = {
          ...unlimited,
          firstSeq: before.length + 1,
          progress: decodeProgress(position),
          keptBytes: sizeOf(before),
          maxBytes,
        }
        check([...before, ...chunksOf(readAll(parts, { ...howLater, ms: 0 }, resumed))])
      }
    }),
    { numRuns: scaled(60) },
  )
})

test('the next process does not read released parts of the spool', () => {
  const parts = Array.from({ length: 400 }, (_, n) => text(0, `${n}\n`))
  const batches = readAll(parts, each, { ...unlimited, maxBytes: 200 })
  let needed = 0
  for (const { neededFrom, position } of batches) {
    expect(neededFrom).toBeGreaterThanOrEqual(needed)
    needed = neededFrom
    const progress = decodeProgress(position)
    const places = progress.phase === 'middle' ? progress.marks.map((mark) => mark.position) : [progress.position]
    for (const { offset } of places) expect(offset).toBeGreaterThanOrEqual(needed)
  }
  // The needed part of the spool is no longer than the tail, whatever the length of the output.
  expect(4_800 - (batches.at(-2)?.neededFrom ?? 0)).toBeLessThan(400)
})

test('a second run of a command has its own tail after a full head', () => {
  const parts = Array.from({ length: 100 }, (_, n) => text(0, `${n}\n`))
  const chunks = chunksOf(readAll(parts, each, { ...unlimited, keptBytes: 150, maxBytes: 160 }))
  expect(remarksOf(chunks).map(({ kind }) => kind)).toEqual(['cap', 'cap'])
  expect(String(streamOf(0, chunks))).toMatch(/^9\d\n(?:\d\d\n)*99\n$/)
  expect(sizeOf(chunks)).toBeLessThanOrEqual(20)
})
