import { expect, test } from 'vitest'
import { sentenceText } from './sentence.ts'
import { sinceWords } from './since-words.ts'
import { makeView } from './testing/make-view.ts'

const say = (failing_since: number | null, passed: number | null) =>
  sentenceText(
    sinceWords(
      makeView([], {}, { failing_since, last_passed: passed === null ? null : { number: passed, commit: null } }),
    ),
  )

test('what earlier builds did is said of the branch: the step that failed may be in none of them', () => {
  expect(say(57, 56)).toBe('This branch has failed since #57 and passed last in #56.')
  expect(say(57, null)).toBe('This branch has failed since #57 and has not passed yet.')
  expect(say(60, 59)).toBe('New here: this branch passed last in #59.')
  expect(say(60, null)).toBe('New here: this branch has not passed yet.')
})
