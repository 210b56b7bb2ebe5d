import { expect, test } from 'vitest'
import { LogWindow } from './log-window.ts'

/**
 * Creates a window at the end of its rows, whose first block measured four pixels more than
 * estimated.
 */
function atEnd(rows: number): LogWindow {
  const window = new LogWindow(0)
  window.setRows(rows, 20, false)
  window.measure(0, 64 * 20 + 4)
  window.goToEnd()
  return window
}

test('web L14 mounted blocks move when the rows above change their height', () => {
  const window = atEnd(130)
  expect(window.shown().blocks).toEqual([{ block: 2, top: 128 * 20 + 4 }])
  let told = 0
  window.subscribe(() => told++)
  // Setting the rows drops measured heights.
  window.setRows(130, 20, false)
  window.goToEnd()
  expect([window.shown().blocks, told]).toEqual([[{ block: 2, top: 128 * 20 }], 1])
  window.measure(0, 64 * 20 + 4)
  expect([window.shown().blocks, told]).toEqual([[{ block: 2, top: 128 * 20 + 4 }], 2])
})

test('web L14 appended rows move nothing', () => {
  const window = atEnd(130)
  const before = window.shown()
  window.setRows(140, 20, true)
  expect(window.shown()).toBe(before)
})

test('the block in which a selection starts stays mounted, at its position', () => {
  const window = atEnd(130)
  window.pin(3)
  expect(window.shown().blocks.map(({ block }) => block)).toEqual([0, 2])
  window.pin(null)
  expect(window.shown().blocks.map(({ block }) => block)).toEqual([2])
})
