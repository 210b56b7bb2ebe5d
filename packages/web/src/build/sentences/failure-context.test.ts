import { expect, test } from 'vitest'
import { makeView } from '../testing/make-view.ts'
import { sinceSentence } from './failure-context.ts'
import { sentenceText } from './sentence.ts'

const say = (failing_since: number | null, passed: number | null) =>
  sentenceText(
    sinceSentence(
      makeView([], {}, { failing_since, last_passed: passed === null ? null : { number: passed, commit: null } }),
    ),
  )

test('earlier builds are described for the branch, because they may lack the failed step', () => {
  expect(say(57, 56)).toBe('Failing on this branch since #57; last passed in #56.')
  expect(say(57, null)).toBe('Failing on this branch since #57; never passed.')
  expect(say(60, 59)).toBe('First failure on this branch; last passed in #59.')
  expect(say(60, null)).toBe('First failure on this branch; never passed.')
})
