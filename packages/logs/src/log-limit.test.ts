import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Chunk } from './chunk.ts'
import { chunksOf, mixedTexts, type Part, piecesOf, streamOf, unlimited } from './output.test-support.ts'
import { decodePosition } from './position.ts'
import { type Batch, type CutterOptions, SpoolCutter } from './spool-cutter.ts'

function read(parts: readonly Part[], options: CutterOptions): Batch[] {
  const cutter = new SpoolCutter(options)
  const from = piecesOf(parts).filter((_, index, all) => (all[index - 1]?.nextOffset ?? 0) >= options.position.offset)
  const taken = from.map((piece) => {
    cutter.push(piece, 0)
    return cutter.take(0)
  })
  return [...taken, cutter.end()].filter((batch) => batch !== null)
}

const sizeOf = (chunks: readonly Chunk[]) =>
  chunks.reduce((sum, { kind, content }) => (kind === 2 ? sum : sum + content.length), 0)
const remarksOf = (chunks: readonly Chunk[]) => chunks.filter(({ kind }) => kind === 2).map((it) => String(it.content))
const text = (kind: 0 | 1, content: string): Part => ({ kind, bytes: Buffer.from(content) })

test('a remark stands where the log became full and another at the end says how much was dropped', () => {
  const parts = [text(0, '0123456789'), text(1, 'abcdefghij'), text(0, 'more')]
  const batches = read(parts, { ...unlimited, firstSeq: 5, keptBytes: 2, maxBytes: 14 })
  expect(batches[1]?.chunks.map((it) => [it.seq, it.kind])).toEqual([
    [6, 1],
    [7, 2],
  ])
  expect(chunksOf(batches).map((it) => String(it.content))).toEqual([
    '0123456789',
    'ab',
    'The log has reached its limit of 14 bytes. What the command writes from here on is dropped.\n',
    'The log has reached its limit of 14 bytes. The last 12 bytes of output were dropped.\n',
  ])
})

test('output of exactly the limit is kept without a remark', () => {
  const chunks = chunksOf(read([text(0, '01234'), text(0, '56789')], { ...unlimited, maxBytes: 10 }))
  expect(chunks.map((it) => String(it.content))).toEqual(['01234', '56789'])
})

test('G12 a full log has the beginning of the output, whole characters, and a count of the rest that is exact after any adoption', () => {
  fc.assert(
    fc.property(mixedTexts, fc.integer({ min: 0, max: 300 }), (parts, maxBytes) => {
      const whole = sizeOf(parts.map((it, seq) => ({ ...it, seq, content: it.bytes, ts: null })))
      const batches = read(parts, { ...unlimited, maxBytes })
      const check = (chunks: readonly Chunk[]) => {
        for (const kind of [0, 1] as const) {
          const kept = streamOf(kind, chunks)
          expect(kept.equals(streamOf(kind, parts).subarray(0, kept.length))).toBe(true)
          expect(isUtf8(kept)).toBe(true)
        }
        const kept = sizeOf(chunks)
        expect(kept).toBeLessThanOrEqual(maxBytes)
        if (whole <= maxBytes) expect(kept).toBe(whole)
        const told = remarksOf(chunks).filter((it) => it.includes('The last'))
        if (kept === whole) expect(told).toEqual([])
        else expect(told).toEqual([expect.stringContaining(`The last ${whole - kept} bytes`)])
      }
      check(chunksOf(batches))
      for (const [index, { position }] of batches.entries()) {
        const before = chunksOf(batches.slice(0, index + 1))
        const resumed = { ...unlimited, position: decodePosition(position), keptBytes: sizeOf(before), maxBytes }
        check([...before, ...chunksOf(read(parts, resumed))])
      }
    }),
    { numRuns: 300 },
  )
})

test('a process that takes over a full log does not say again that it is full', () => {
  const parts = [text(0, '0123456789'), text(0, 'abc'), text(0, 'def')]
  const [first] = read(parts, { ...unlimited, maxBytes: 5 })
  if (first === undefined) throw new Error('no batch')
  const resumed = {
    ...unlimited,
    firstSeq: 3,
    position: decodePosition(first.position),
    keptBytes: 5,
    maxBytes: 5,
  }
  expect(remarksOf(chunksOf(read(parts, resumed)))).toEqual([expect.stringContaining('The last 11 bytes')])
})
