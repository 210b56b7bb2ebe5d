import { expect, test } from 'vitest'
import { ApiError } from '../../platform/http/index.ts'
import { frame, readFrame, readOpening } from './frames.ts'

const json = (value: unknown) => frame(2, Buffer.from(JSON.stringify(value)))

test.for([
  [
    { cols: 80, rows: 24 },
    { script: null, size: { columns: 80, rows: 24 } },
  ],
  [{}, { script: null, size: null }],
  [{ script: 'make' }, { script: 'make', size: null }],
  [
    { script: '', cols: 1, rows: 65_535 },
    { script: '', size: { columns: 1, rows: 65_535 } },
  ],
])('the first message %j opens %j', ([sent, opening]) => {
  expect(readOpening(json(sent))).toEqual(opening)
})

test.for([
  ['a text', '{"cols":80,"rows":24}'],
  ['nothing', Buffer.alloc(0)],
  ['input', frame(0, Buffer.from('ls\n'))],
  ['no JSON', frame(2, Buffer.from('{'))],
  ['bytes that are no UTF-8', frame(2, Buffer.from([0x22, 0xff, 0x22]))],
  ['a list', json([80, 24])],
  ['null', json(null)],
  ['half a size', json({ cols: 80 })],
  ['no columns', json({ cols: 0, rows: 24 })],
  ['half a column', json({ cols: 80.5, rows: 24 })],
  ['too many rows', json({ cols: 80, rows: 65_536 })],
  ['a script that is no text', json({ script: 7 })],
  ['a script with U+0000', json({ script: 'a\0b' })],
] as const)('a first message that is %s is refused', ([, message]) => {
  expect(() => readOpening(message)).toThrow(ApiError)
})

test('later messages are input, its end, or a size', () => {
  expect(readFrame(frame(0, Buffer.from('x')))).toEqual({ kind: 'input', bytes: Buffer.from('x') })
  expect(readFrame(frame(0, Buffer.alloc(0)))).toEqual({ kind: 'input', bytes: Buffer.alloc(0) })
  expect(readFrame(json({ cols: 2, rows: 3 }))).toEqual({ kind: 'size', size: { columns: 2, rows: 3 } })
  for (const message of ['x', frame(1, Buffer.from('x')), frame(9, Buffer.alloc(0)), json({ script: 'x' })])
    expect(() => readFrame(message)).toThrow(ApiError)
})
