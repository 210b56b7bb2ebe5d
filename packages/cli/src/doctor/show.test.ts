import { expect, it } from 'vitest'
import { wrapped } from './show.ts'

it('lines break between words, and no control character reaches the terminal', () => {
  expect(wrapped('one two\u001b[2J three', 10)).toEqual(['one two', 'three'])
  expect(wrapped('/a/long/path/that/fits/nowhere x', 10)).toEqual(['/a/long/path/that/fits/nowhere', 'x'])
})
