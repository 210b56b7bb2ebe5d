import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Retention, type SnapshotUsage } from './retention.ts'

/**
 * Snapshots 0, 1, …: each is based on an earlier one, or on the image. Some chains are flattened.
 */
const usages = fc
  .array(fc.record({ parent: fc.option(fc.nat(30)), bytes: fc.nat(100), flat: fc.boolean() }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((drawn) => {
    const all = new Map<string, SnapshotUsage>()
    for (const [index, { parent, bytes, flat }] of drawn.entries()) {
      const id = `${index}`
      const from = parent === null || index === 0 ? null : `${parent % index}`
      const below = from === null || flat ? [] : (all.get(from)?.layers ?? [])
      all.set(id, { bytes, parent: from, layers: [id, ...below] })
    }
    return all
  })
const claims = fc.array(fc.nat(30), { maxLength: 12 })

describe('retention of snapshots', () => {
  it('G04 keeps all layers and ancestors of a kept snapshot, within the limit except for required ones', () => {
    fc.assert(
      fc.property(usages, claims, claims, fc.nat(1_500), (all, needed, wanted, maxBytes) => {
        const id = (n: number) => `${n % all.size}`
        const retention = new Retention(all)
        for (const each of needed) retention.keep(id(each))
        const total = () => [...retention.ids].reduce((sum, each) => sum + (all.get(each)?.bytes ?? 0), 0)
        const neededBytes = total()
        const said = wanted.map((each) => [id(each), retention.keepWithin(id(each), maxBytes)] as const)
        for (const each of needed) expect(retention.ids).toContain(id(each))
        for (const [each, kept] of said) if (kept) expect(retention.ids).toContain(each)
        for (const each of retention.ids) {
          const { parent, layers } = all.get(each) as SnapshotUsage
          expect(
            [...layers, ...(parent === null ? [] : [parent])].filter((other) => !retention.ids.has(other)),
          ).toEqual([])
        }
        expect(total()).toBeLessThanOrEqual(Math.max(neededBytes, maxBytes))
        // A refused snapshot would not fit even after the last decision.
        for (const [each, kept] of said) {
          if (kept) continue
          const alone = new Retention(all)
          for (const other of retention.ids) alone.keep(other)
          expect(alone.keepWithin(each, maxBytes)).toBe(false)
        }
      }),
    )
  })

  it('does not keep a snapshot whose dependencies are missing', () => {
    const retention = new Retention(new Map([['b', { bytes: 1, parent: 'a', layers: ['b', 'a'] }]]))
    expect(retention.keepWithin('b', 10)).toBe(false)
    expect([...retention.ids]).toEqual([])
  })
})
