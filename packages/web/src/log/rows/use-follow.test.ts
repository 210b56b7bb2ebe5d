import { expect, test } from 'vitest'
import { type Follow, type FollowEvent, followAfter } from './use-follow.ts'

const after = (start: Follow, ...events: readonly FollowEvent[]) => events.reduce(followAfter, start)
const on: Follow = { isOn: true, missed: 0 }
const up: FollowEvent = { kind: 'moved', isUp: true, isAtEnd: false }

test('web L14 a move up or a selection stops following, and new lines are counted', () => {
  expect(after(on, { kind: 'grew', lines: 5 })).toBe(on)
  expect(after(on, up, { kind: 'grew', lines: 100 }, { kind: 'grew', lines: 28 })).toEqual({ isOn: false, missed: 128 })
  expect(after(on, { kind: 'selected' }, { kind: 'grew', lines: 1 })).toEqual({ isOn: false, missed: 1 })
})

test('web L14 the end resumes following, and small moves of the rows do not stop it', () => {
  const off = after(on, up, { kind: 'grew', lines: 9 })
  expect(after(off, { kind: 'moved', isUp: false, isAtEnd: false })).toBe(off)
  expect(after(off, { kind: 'moved', isUp: false, isAtEnd: true })).toEqual(on)
  expect(after(off, { kind: 'asked', isOn: true })).toEqual(on)
  expect(after(on, { kind: 'moved', isUp: true, isAtEnd: true })).toBe(on)
  expect(after(on, { kind: 'asked', isOn: false })).toEqual({ isOn: false, missed: 0 })
})
