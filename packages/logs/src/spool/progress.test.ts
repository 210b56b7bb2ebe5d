import { expect, test } from 'vitest'
import { decodeProgress, encodeProgress, type LogProgress } from './progress.ts'

const position = { offset: 77, skip: [3, 0] } as const
const all: readonly LogProgress[] = [
  { phase: 'head', position },
  { phase: 'tail', position },
  { phase: 'middle', marks: [{ position, written: 0, shown: 0 }] },
  {
    phase: 'middle',
    marks: [
      { position, written: 5, shown: 9 },
      { position: { offset: 100, skip: [0, 0] }, written: 2 ** 40, shown: 12 },
    ],
  },
]

test('progress survives encoding, and a bare position of an earlier release is read as that of a head', () => {
  for (const progress of all) expect(decodeProgress(encodeProgress(progress))).toEqual(progress)
  expect(decodeProgress('77:3:0')).toEqual({ phase: 'head', position })
})

test('invalid progress is refused', () => {
  for (const text of ['', 'tail', 'middle', 'middle 1', 'middle 1,2@x', 'middle 1,2@3 ', 'end 3', 'tail 3 4'])
    expect(() => decodeProgress(text), text).toThrow(RangeError)
})
