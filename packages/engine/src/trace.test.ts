import { expect, test } from 'vitest'
import { Phases } from './runner/phases.ts'
import { commandSpanId, spanId } from './trace.ts'

test('ids of spans are derived from their words, and differ if any word differs', () => {
  expect(spanId('job', 'a')).toMatch(/^[0-9a-f]{16}$/)
  expect(spanId('job', 'a')).toBe(spanId('job', 'a'))
  const others = [
    spanId('job', 'b'),
    spanId('build', 'a'),
    spanId('joba'),
    commandSpanId('a', 1),
    commandSpanId('a', 2),
  ]
  expect(new Set([spanId('job', 'a'), ...others]).size).toBe(6)
})

test('a phase is reported from its end until the report was accepted, and begins with its first attempt', async () => {
  const all = new Phases()
  all.begin('fetch')
  expect(all.untold().phases).toEqual([])
  await expect(all.during('sandbox', async () => Promise.reject(new Error('no room')))).rejects.toThrow('no room')
  const [first] = all.untold().phases
  await all.during('sandbox', async () => undefined)
  const { phases, told } = all.untold()
  expect(phases.map(({ name, from }) => [name, from])).toEqual([['sandbox', first?.from]])
  expect(all.untold().phases).toHaveLength(1)
  told()
  all.end('fetch')
  expect(all.untold().phases.map(({ name }) => name)).toEqual(['fetch'])
  all.begin('snapshot')
  all.endAll()
  expect(all.untold().phases.map(({ name }) => name)).toEqual(['fetch', 'snapshot'])
})
