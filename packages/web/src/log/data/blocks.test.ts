import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesOfPage } from '../terminal/lines.ts'
import { plain } from '../terminal/style.ts'
import { LineBlocks } from './blocks.ts'
import { errorNoun, withErrors, withGroups, withRemarks } from './facts.ts'

const lineOf = (text: string) => ({
  ms: 0,
  isStderr: false,
  text,
  isInvalid: false,
  cutBytes: null,
  offset: null,
  style: plain,
})

test('web L3 the cache holds the newest lines within its budget', () => {
  const put = fc.record({
    from: fc.integer({ min: 1, max: 900 }),
    texts: fc.array(fc.string({ maxLength: 40 }), { maxLength: 150, size: 'max' }),
  })
  fc.assert(
    fc.property(fc.array(put, { maxLength: 12, size: 'max' }), fc.integer({ min: 1000, max: 40_000 }), (puts, most) => {
      const blocks = new LineBlocks(most)
      const model = new Map<number, string>()
      for (const { from, texts } of puts) {
        blocks.put(from, texts.map(lineOf))
        for (const [at, text] of texts.entries()) model.set(from + at, text)
        // One block may exceed the whole budget.
        expect(blocks.bytes).toBeLessThanOrEqual(Math.max(most, 64 * (40 * 2 + 64)))
      }
      let kept = 0
      for (let line = 1; line <= 1100; line++) {
        const found = blocks.get(line)
        if (found === undefined) continue
        expect(found.text).toBe(model.get(line))
        kept += found.text.length * 2 + 64
      }
      expect(blocks.bytes).toBe(kept)
    }),
    { numRuns: scaled(100) },
  )
})

test('web L3 the least recently viewed lines are evicted first', () => {
  const blocks = new LineBlocks(64 * 66 * 3)
  const fill = (block: number) =>
    blocks.put(
      block * 64 + 1,
      Array.from({ length: 64 }, () => lineOf('x')),
    )
  for (const block of [0, 1, 2]) fill(block)
  blocks.touch(1, 64)
  fill(3)
  expect([0, 1, 2, 3].map((block) => blocks.get(block * 64 + 1) !== undefined)).toEqual([true, false, true, true])
  expect([blocks.firstMissing(1, 64), blocks.firstMissing(60, 70), blocks.firstMissing(129, 256)]).toEqual([
    null,
    65,
    null,
  ])
})

test('web L5 each line starts with the style in which the previous line ended', () => {
  const page = {
    sgr: '\x1b[31m',
    lines: [
      [5, 0, 'red', 0],
      [null, 1, '\x1b[1mbold', 1],
      [7, 0, '', 2, 9000],
    ],
  }
  const lines = linesOfPage(page)
  expect(lines.map(({ style }) => [style.fg, style.bold])).toEqual([
    [1, false],
    [1, false],
    [1, true],
  ])
  expect(lines.map(({ ms, isStderr, isInvalid, cutBytes }) => [ms, isStderr, isInvalid, cutBytes])).toEqual([
    [5, false, false, null],
    [null, true, true, null],
    [7, false, false, 9000],
  ])
})

test('web L5 the style after a line with truncated colours is unknown', () => {
  const page = {
    sgr: '',
    lines: [
      ['a', 0],
      ['\x1b[31mlong', 2, 9000, 5],
      ['b', 0],
    ].map(([text = '', ...rest]) => [0, 0, text, ...rest]),
  }
  expect(linesOfPage(page).map(({ text }) => text)).toEqual(['a', '\x1b[31mlong'])
})

test('web L23 repeated events are merged once', () => {
  const group = (line: number, end: number | null) => ({ line, end, title: 't', kind: 'closed', failed: false })
  expect(withGroups([group(1, 4), group(5, null)], [group(5, 9), group(10, null)])).toEqual([
    group(1, 4),
    group(5, 9),
    group(10, null),
  ])
  const known = [group(1, null)]
  expect(withGroups(known, [])).toBe(known)
  expect(withErrors([1, 5], [1, 5, 9])).toEqual([1, 5, 9])
  const remark = (message: string) => ({ line: 1, kind: 'note', message, bytes: null, lines: null })
  const [a, b, c] = [remark('a'), remark('b'), remark('c')]
  expect(withRemarks([a, b], [c])).toEqual([a, b, c])
  expect(withRemarks([a, b], [a, b, c])).toEqual([a, b, c])
  expect(withRemarks([a, b], [a])).toEqual([a, b])
})

const failure = {
  ...{ kind: 'exit', platform: false, signal: null, message: '', first_error_line: null },
  ...{ tail: [], hint: null, doc_url: null },
}

test("the failures of a log are named after its test runner's reports, or 'errors' until it is complete", () => {
  const noun = (errors: readonly number[], tests: number, others: number, isComplete = true) =>
    errorNoun(
      { totalLines: 90, bytes: 900, isComplete, t0: null, groups: [], errors, remarks: [] },
      { ...failure, failed_tests: tests, other_errors: others },
    )
  expect(noun([22, 49], 2, 0)).toBe('failed test')
  expect(noun([22, 49, 60], 2, 1)).toBe('failure')
  expect(noun([22], 2, 0)).toBe('failure')
  expect(noun([22], 0, 1)).toBe('error')
  expect(noun([22, 49], 2, 0, false)).toBe('error')
})
