import fc from 'fast-check'
import { nameToEmoji } from 'gemoji'
import { expect, test } from 'vitest'
import { drawEmoji } from './emoji.ts'

const draw = (text: string) => drawEmoji(text, nameToEmoji)

test('a code that stands as a word becomes an emoji', () => {
  expect(draw(':rocket: Deploy')).toBe('🚀 Deploy')
  expect(draw('Fix the build :hammer: :white_check_mark:')).toBe('Fix the build 🔨 ✅')
  expect(draw('Well done (:+1:).')).toBe('Well done (👍).')
})

test('text that only resembles a code stays unchanged', () => {
  for (const text of [
    'build:key:test',
    'std::map:',
    '12:30:45',
    ':constructor: x',
    ':no_such_emoji:',
    'http://a:key:b',
  ])
    expect(draw(text)).toBe(text)
})

test('a text without a known code stays unchanged', () => {
  fc.assert(fc.property(fc.string(), (text) => drawEmoji(text, {}) === text))
})
