import fc from 'fast-check'
import { expect, test } from 'vitest'
import { appendLines } from './append-lines.ts'

test('keeps the last lines of any log, and never more than twice as many', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.array(fc.array(fc.nat(), { maxLength: 50 })), (most, parts) => {
      const kept: number[] = []
      for (const part of parts) {
        appendLines(kept, part, most)
        expect(kept.length).toBeLessThanOrEqual(2 * most)
      }
      expect(kept.slice(-most || kept.length)).toEqual(parts.flat().slice(-most || Number.POSITIVE_INFINITY))
    }),
  )
})
