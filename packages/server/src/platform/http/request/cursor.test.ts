import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCursors } from './cursor.ts'

const cursors = createCursors('the secret')
const list = { operationId: 'listBuilds', owner: 'acme', filters: { state: 'failed', branch: 'main' } }
const refused = expect.objectContaining({ code: 'invalid_cursor' })

describe('cursors', () => {
  it('return any key, as text that needs no encoding in a URL', () => {
    const key = fc.array(fc.oneof(fc.integer(), fc.string({ unit: 'grapheme' })), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(key, (parts) => {
        const cursor = cursors.encode(list, parts)
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/)
        expect(cursors.decode(list, cursor)).toEqual(parts)
      }),
    )
  })

  it('are null when absent or empty', () => {
    expect([cursors.decode(list, undefined), cursors.decode(list, '')]).toEqual([null, null])
  })

  it('do not depend on the order of filters', () => {
    const reordered = { ...list, filters: { branch: 'main', state: 'failed' } }
    expect(cursors.decode(reordered, cursors.encode(list, [1]))).toEqual([1])
  })

  it('are refused by another list, organization, filter or server', () => {
    const cursor = cursors.encode(list, ['2026-01-01', 5])
    const others = [
      { ...list, operationId: 'listPipelines' },
      { ...list, owner: 'other' },
      { ...list, filters: { state: 'failed' } },
      { ...list, filters: { state: 'failed', branch: 'dev' } },
    ]
    for (const other of others) expect(() => cursors.decode(other, cursor)).toThrow(refused)
    expect(() => createCursors('another').decode(list, cursor)).toThrow(refused)
  })

  it('are refused after any modification', () => {
    const cursor = cursors.encode(list, ['2026-01-01', 5])
    const damaged = fc
      .tuple(fc.nat(cursor.length - 1), fc.constantFrom('A', 'b', '_', '=', ' ', 'é', ''))
      .map(([at, char]) => {
        return cursor.slice(0, at) + char + cursor.slice(at + 1)
      })
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string()), (text) => {
        fc.pre(text !== cursor && text !== '')
        expect(() => cursors.decode(list, text)).toThrow(refused)
      }),
    )
  })
})
