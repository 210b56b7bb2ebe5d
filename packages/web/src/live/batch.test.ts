import { afterEach, expect, test, vi } from 'vitest'
import { LiveBatch } from './batch.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('web D1 events that arrive just before the tab is hidden are delivered, and so are later ones', () => {
  vi.useFakeTimers()
  // The frame never comes.
  vi.stubGlobal('requestAnimationFrame', () => 0)
  vi.stubGlobal('document', { hidden: false })
  const delivered: string[] = []
  const batch = new LiveBatch((event) => delivered.push(event.type === 'end' ? event.topic : event.type))
  batch.add({ type: 'end', topic: 'log:a' })
  vi.stubGlobal('document', { hidden: true })
  batch.add({ type: 'end', topic: 'log:b' })
  vi.advanceTimersByTime(250)
  expect(delivered).toEqual(['log:a', 'log:b'])
  batch.add({ type: 'end', topic: 'log:c' })
  vi.advanceTimersByTime(250)
  expect(delivered).toEqual(['log:a', 'log:b', 'log:c'])
})

test('web D4 the events of a frame are delivered together, before its paint', () => {
  vi.useFakeTimers()
  const frames: (() => void)[] = []
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run))
  vi.stubGlobal('document', { hidden: false })
  const delivered: string[] = []
  const batch = new LiveBatch((event) => delivered.push(event.type === 'end' ? event.topic : event.type))
  batch.add({ type: 'end', topic: 'log:a' })
  batch.add({ type: 'end', topic: 'log:b' })
  expect([frames.length, delivered]).toEqual([1, []])
  frames[0]?.()
  expect([delivered, vi.getTimerCount()]).toEqual([['log:a', 'log:b'], 0])
})
