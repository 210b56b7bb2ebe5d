import { expect, test } from 'vitest'
import { incompleteTail } from './utf8-tail.ts'

test('a tail is incomplete if and only if further bytes could complete a character', () => {
  expect(incompleteTail(Buffer.from([0x61, 0xc3]))).toBe(1)
  expect(incompleteTail(Buffer.from([0xe2, 0x82]))).toBe(2)
  expect(incompleteTail(Buffer.from([0xf0, 0x9f, 0x98]))).toBe(3)
  for (const hopeless of [[0x80], [0xc0], [0xe0, 0x80], [0xed, 0xa0], [0xf5], [0xf4, 0x90], [0xff], [0xe2, 0x82, 0xac]])
    expect(incompleteTail(Buffer.from(hopeless)), hopeless.join()).toBe(0)
})
