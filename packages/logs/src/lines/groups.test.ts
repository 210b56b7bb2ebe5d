import { expect, test } from 'vitest'
import type { Chunk, StreamKind } from '../chunk.ts'
import { LineIndexer } from './line-indexer.ts'

function indexOf(...parts: readonly (string | readonly [StreamKind, string])[]) {
  const indexer = new LineIndexer()
  const chunks = parts.map((part, place): Chunk => {
    const [kind, text] = typeof part === 'string' ? ([0, part] as const) : part
    return { seq: place + 1, kind, content: Buffer.from(text), ts: null }
  })
  indexer.push(chunks)
  const open = indexer.index.groups.map((group) => ({ ...group }))
  indexer.finish()
  return { open, ...indexer.index }
}

test('web L9 groups begin at their marks, end at the next group, and may be opened later', () => {
  const { groups, open } = indexOf(
    [
      '--- one',
      'a',
      '+++ two',
      '~~~ three',
      'b',
      '^^^ +++',
      '\u001b[1m--- four\u001b[0m',
      '::group::five',
      'c',
      '::endgroup::',
      'd',
      '',
    ].join('\n'),
  )
  expect(groups).toEqual([
    { line: 1, end: 2, title: 'one', kind: 'closed' },
    { line: 3, end: 3, title: 'two', kind: 'open' },
    { line: 4, end: 6, title: 'three', kind: 'open' },
    { line: 7, end: 7, title: 'four', kind: 'closed' },
    { line: 8, end: 10, title: 'five', kind: 'closed' },
  ])
  expect(open).toEqual(groups)
  expect(indexOf('--- one\n', 'a\nb').open).toEqual([{ line: 1, end: null, title: 'one', kind: 'closed' }])
  expect(indexOf('--- one\n', 'a\nb').groups).toEqual([{ line: 1, end: 3, title: 'one', kind: 'closed' }])
})

test('diff headers and results of `go test` are not groups', () => {
  const diff = [
    '--- a/x.ts',
    '+++ b/x.ts',
    '--- /dev/null',
    '--- x.c\t2026-01-01',
    '--- FAIL: TestA (0.00s)',
    '--- ',
    '---',
    ' --- x',
    '',
  ]
  expect(indexOf(diff.join('\n'))).toMatchObject({ groups: [], errors: [5] })
})

test('web L22 remarks precede the next line and state their kind and the number of missing bytes', () => {
  const cap = 'The log has reached its limit of 100 bytes. The last 4321 bytes of output were dropped.\n'
  const { remarks, totalLines } = indexOf(
    [2, 'image host (sha256:0123456789ab)\n'],
    'one\nhalf',
    [2, 'The sandbox of this job was lost. Restarting from the beginning (restart 1 of 2).\n'],
    ' line\n',
    [2, 'The secret X is too short to be masked in this log.\n'],
    [1, 'end'],
    [2, cap],
    [2, 'a\nb\n'],
  )
  expect(totalLines).toBe(3)
  expect(remarks.map(({ line, kind, bytes }) => [line, kind, bytes])).toEqual([
    [1, 'setup', null],
    [3, 'lost', null],
    [3, 'redaction', null],
    [4, 'cap', 4321],
    [4, 'note', null],
  ])
  expect(remarks.at(-1)?.message).toBe('a\nb')
})
