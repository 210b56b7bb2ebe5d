import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutChunks } from './chunker.ts'

const slice = (kind: 0 | 1, text: string) => ({ kind, bytes: Buffer.from(text), ts: 1n })
const cut = (...slices: readonly ReturnType<typeof slice>[]) =>
  cutChunks(slices, 1).map(({ kind, content }) => [kind, content.toString()])

test('an error that is read in the middle of a line of output gets its own line', () => {
  expect(cut(slice(0, 'ok 1\nok'), slice(1, 'Error: x\n'), slice(0, ' 2\n'))).toEqual([
    [0, 'ok 1\n'],
    [1, 'Error: x\n'],
    [0, 'ok 2\n'],
  ])
})

test('an incomplete line follows the lines of the other stream, because its rest may come next', () => {
  expect(cut(slice(0, 'ok'), slice(1, 'Error: x\n'))).toEqual([
    [1, 'Error: x\n'],
    [0, 'ok'],
  ])
  expect(cut(slice(0, 'ok'), slice(1, 'Err'))).toEqual([
    [0, 'ok'],
    [1, 'Err'],
  ])
})

test('a full chunk does not break an incomplete line either', () => {
  const many = 'a line\n'.repeat(4600)
  expect(
    cut(slice(0, many), slice(0, 'ok'), slice(0, ' 1\n'.repeat(500)), slice(1, 'Error: x\n')).map(([kind]) => kind),
  ).toEqual([0, 0, 1])
  const [first = ['', '']] = cut(slice(0, `${many}ok`), slice(0, ' '.repeat(600)), slice(1, 'Error: x\n'))
  expect(String(first[1]).endsWith('\n')).toBe(true)
})

test('a long line is not kept together', () => {
  const long = 'x'.repeat(5000)
  expect(cut(slice(0, long), slice(1, 'Error: x\n'), slice(0, '\n'))).toEqual([
    [0, long],
    [1, 'Error: x\n'],
    [0, '\n'],
  ])
})

test('web L11 each line of the log is a line of one stream, however two streams are mixed', () => {
  const lines = fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1, maxLength: 20 })
  const cuts = fc.array(fc.tuple(fc.constantFrom<0 | 1>(0, 1), fc.integer({ min: 1, max: 9 })), { maxLength: 200 })
  fc.assert(
    fc.property(lines, lines, cuts, (out, err, order) => {
      const texts = [out.map((line) => `out ${line}\n`).join(''), err.map((line) => `err ${line}\n`).join('')] as const
      const at = [0, 0]
      const slices = [...order, [0, 1e6] as const, [1, 1e6] as const].flatMap(([kind, size]) => {
        const from = at[kind] ?? 0
        at[kind] = from + size
        const text = texts[kind].slice(from, from + size)
        return text === '' ? [] : [slice(kind, text)]
      })
      const chunks = cutChunks(slices, 1)
      const read = Buffer.concat(chunks.map(({ content }) => content))
        .toString()
        .split('\n')
        .slice(0, -1)
      expect(read.toSorted()).toEqual(
        [...out.map((line) => `out ${line}`), ...err.map((line) => `err ${line}`)].toSorted(),
      )
    }),
  )
})
