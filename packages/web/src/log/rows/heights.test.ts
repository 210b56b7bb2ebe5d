import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BlockHeights, blockRows } from './heights.ts'

test('web L16 blocks follow each other without gaps, whatever their heights', () => {
  const measured = fc.array(fc.record({ block: fc.nat(19), height: fc.integer({ min: 64, max: 9000 }) }), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 * blockRows }), measured, fc.nat(100_000), (rows, changes, height) => {
      const heights = new BlockHeights(rows, 20)
      const model = Array.from(
        { length: Math.ceil(rows / blockRows) },
        (_, at) => Math.min(blockRows, rows - at * blockRows) * 20,
      )
      for (const { block, height: tall } of changes) {
        const before = model[block]
        if (before === undefined) continue
        expect(heights.measure(block, tall)).toBe(tall - before)
        model[block] = tall
      }
      let top = 0
      let found = 0
      for (const [block, tall] of model.entries()) {
        expect(heights.topOf(block)).toBe(top)
        if (top <= height) found = block
        top += tall
      }
      expect(heights.total).toBe(top)
      expect(heights.blockAt(height)).toBe(found)
    }),
    { numRuns: scaled(200) },
  )
})
