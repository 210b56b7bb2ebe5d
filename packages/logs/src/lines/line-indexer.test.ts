import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Chunk, StreamKind } from '../chunk.ts'
import { stripEscapes } from '../escapes.ts'
import { looksLikeError } from '../failures/error-line.ts'
import { type CutLine, LineCutter, MAX_LINE_CHARACTERS } from './line-cutter.ts'
import { blockOfLine, type LineIndex } from './line-index.ts'
import { LineIndexer } from './line-indexer.ts'
import { SgrTracker } from './sgr.ts'

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('x', 'plain text ', '\n', '\n', '\r', '\0', 'é', '😀', '\t') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '\u001b[31m',
      '\u001b[1;4m',
      '\u001b[0m',
      '\u001b[38;5;200m',
      '\u001b[2K',
      '\u001b[',
      '38:2::1:2:3m',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'error: no',
      'FAIL',
      '--- title\n',
      '\n+++ two\n',
      '^^^ +++\n',
      '::group::g\n',
      '::endgroup::\n',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('long '.repeat(900), 'y'.repeat(20_000), `${'z\n'.repeat(9_000)}`) },
)
const bytes = fc.array(
  fc.oneof(
    piece.map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 3 }).map((it) => Buffer.from(it)),
  ),
  {
    maxLength: 60,
    size: 'max',
  },
)

/** Generates the chunks of a log, cut anywhere, with remarks between them. */
const logs: fc.Arbitrary<readonly Chunk[]> = fc
  .tuple(
    bytes,
    fc.array(fc.tuple(fc.integer({ min: 1, max: 30_000 }), fc.constantFrom<StreamKind>(0, 0, 1, 2)), {
      minLength: 1,
      maxLength: 20,
    }),
  )
  .map(([parts, cuts]) => {
    let rest = Buffer.concat(parts)
    const chunks: Chunk[] = []
    for (let turn = 0; rest.length > 0; turn++) {
      const [size, kind] = cuts[turn % cuts.length] as [number, StreamKind]
      const length = Math.max(size, Math.ceil(rest.length / 200))
      const content = kind === 2 ? Buffer.from('remark\n') : rest.subarray(0, Math.min(length, 32 * 1024))
      if (kind !== 2) rest = rest.subarray(content.length)
      chunks.push({
        seq: chunks.length + 1,
        kind: turn > 5_000 ? 0 : kind,
        content,
        ts: BigInt(chunks.length) * 1_000_000n,
      })
      if (cuts.every(([, each]) => each === 2)) break
    }
    return chunks
  })

const output = (chunks: readonly Chunk[]) => chunks.filter(({ kind }) => kind !== 2)
const textOf = (chunks: readonly Chunk[]) => Buffer.concat(output(chunks).map(({ content }) => content))

/** Splits the whole text into lines, as a simple reference implementation. */
function linesOf(text: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let at = 0
  while (at < text.length) {
    const end = text.indexOf(0x0a, at)
    lines.push(text.subarray(at, end === -1 ? text.length : end))
    at = end === -1 ? text.length : end + 1
  }
  return lines
}

function indexOf(chunks: readonly Chunk[], isOver = true): LineIndex {
  const indexer = new LineIndexer()
  indexer.push(chunks)
  if (isOver) indexer.finish()
  return indexer.index
}

function cut(
  chunks: readonly Chunk[],
  { blocks }: LineIndex,
  first: number,
  count: number,
): { sgr: string; lines: CutLine[] } {
  const block = blocks[blockOfLine(blocks, first)]
  if (block === undefined) return { sgr: '', lines: [] }
  const cutter = new LineCutter(block, first)
  const lines: CutLine[] = []
  for (const chunk of chunks.slice(block.seq - 1)) lines.push(...cutter.push(chunk))
  const rest = cutter.rest()
  if (rest !== null) lines.push(rest)
  return { sgr: cutter.sgr ?? '', lines: lines.slice(0, count) }
}

describe('the index of a log', () => {
  test('counts lines, bytes and errors like a split of the whole text', () => {
    fc.assert(
      fc.property(logs, (chunks) => {
        const index = indexOf(chunks)
        const text = textOf(chunks)
        const lines = linesOf(text)
        expect(index.totalLines).toBe(lines.length)
        expect(index.bytes).toBe(text.length)
        const isMark = /^(?:--- |\+\+\+ |~~~ |\^\^\^ |::)/
        const errors = lines.flatMap((line, place) => {
          const shown = stripEscapes(line.subarray(0, 4_096).toString())
          return !isMark.test(shown) && looksLikeError(shown) ? [place + 1] : []
        })
        expect(index.errors).toEqual(errors.slice(0, 1_000))
      }),
    )
  })

  test('is the same for any grouping of the chunks', () => {
    fc.assert(
      fc.property(logs, fc.integer({ min: 1, max: 7 }), (chunks, step) => {
        const indexer = new LineIndexer()
        for (let at = 0; at < chunks.length; at += step) indexer.push(chunks.slice(at, at + step))
        indexer.finish()
        expect(indexer.index).toEqual(indexOf(chunks))
      }),
    )
  })

  test('has blocks of bounded size with the state at their start', () => {
    fc.assert(
      fc.property(logs, (chunks) => {
        const { blocks } = indexOf(chunks)
        for (const [place, block] of blocks.entries()) {
          const before = textOf(chunks.slice(0, block.seq - 1))
          const tracker = new SgrTracker()
          tracker.push(before)
          expect(block.offset).toBe(before.length)
          expect(block.line).toBe(before.filter((byte) => byte === 0x0a).length + 1)
          expect(block.column).toBe(before.length - (before.lastIndexOf(0x0a) + 1))
          expect(block.sgr).toBe(tracker.sequence)
          const own = chunks.slice(block.seq - 1, (blocks[place + 1]?.seq ?? chunks.length + 1) - 1)
          expect(own.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThanOrEqual(128 * 1024)
        }
      }),
    )
  })

  test('finds any line: its bytes, its stream, its time and the colours in force', () => {
    fc.assert(
      fc.property(logs, fc.nat(), fc.integer({ min: 1, max: 40 }), (chunks, place, count) => {
        const index = indexOf(chunks)
        if (index.totalLines === 0) return
        const lines = linesOf(textOf(chunks))
        const first = (place % index.totalLines) + 1
        const got = cut(chunks, index, first, count)
        const offset = lines.slice(0, first - 1).reduce((sum, line) => sum + line.length + 1, 0)
        const tracker = new SgrTracker()
        tracker.push(textOf(chunks).subarray(0, offset))
        expect(got.sgr).toBe(tracker.sequence)
        expect(got.lines).toHaveLength(Math.min(count, index.totalLines - first + 1))
        let at = offset
        for (const [turn, line] of got.lines.entries()) {
          const bytes = lines[first - 1 + turn] as Buffer
          const whole = bytes.toString()
          expect(whole.startsWith(line.text)).toBe(true)
          if (whole.length <= MAX_LINE_CHARACTERS) expect(line).toMatchObject({ text: whole, cutFrom: null })
          else {
            expect(line.text.length).toBeGreaterThanOrEqual(MAX_LINE_CHARACTERS - 1)
            expect(line.text.length).toBeLessThanOrEqual(MAX_LINE_CHARACTERS)
            expect(line.cutFrom).toBe(bytes.length)
          }
          expect(line.offset).toBe(at)
          const from = chunkAt(chunks, at)
          expect([line.ts, line.stream]).toEqual([from?.ts, from?.kind])
          at += bytes.length + 1
        }
      }),
    )
  })
})

function chunkAt(chunks: readonly Chunk[], offset: number): Chunk | undefined {
  let at = 0
  return output(chunks).find(({ content }) => {
    at += content.length
    return at > offset
  })
}
