import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chunksOf, piecesOf, readAll, streamOf, unlimited } from '../spool/output.test-support.ts'
import { SpoolCutter } from '../spool/spool-cutter.ts'
import { GrowingRedactor } from './growing-redactor.ts'
import { createRedactor } from './redactor.ts'
import { waysToWrite } from './written.test-support.ts'

/**
 * Letters of the first secret and of the second. They are disjoint, so that the second cannot occur
 * too early.
 */
const [first, second] = [fc.constantFrom('a', 'b'), fc.constantFrom('c', 'd')]
const secretOf = (letters: fc.Arbitrary<string>) => fc.string({ unit: letters, minLength: 4, maxLength: 9 })
const writtenOf = (secret: string) =>
  fc.oneof(
    fc.constant(secret),
    fc.constant(Buffer.from(`x${secret}`).toString('base64')),
    fc.tuple(...[...secret].map((char) => fc.constantFrom(...waysToWrite(char)))).map((parts) => parts.join('')),
  )
const noise = (letters: fc.Arbitrary<string>) => fc.string({ unit: letters, maxLength: 6 })

/**
 * Generates text for the time before the second secret is known, and for after. The first secret
 * may be in both.
 */
const told = fc.tuple(secretOf(first), secretOf(second)).chain(([old, grown]) =>
  fc.record({
    old: fc.constant(old),
    grown: fc.constant(grown),
    text: fc.tuple(noise(first), writtenOf(old), noise(first)).map((parts) => parts.join('')),
    // The space separates the second secret from earlier text.
    rest: fc.tuple(writtenOf(grown), writtenOf(old), noise(second)).map((parts) => ` ${parts.join('')}`),
    at: fc.nat(60),
    cuts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
  }),
)

function cut(bytes: Buffer, sizes: readonly number[]) {
  const parts = []
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    parts.push({ kind: 0 as const, bytes: bytes.subarray(from, from + size) })
    from += size
  }
  return parts
}

test('G15 a secret learned between two pieces is masked as if it had been known from the start', async () => {
  await fc.assert(
    fc.asyncProperty(told, async ({ old, grown, text, rest, at, cuts }) => {
      const [before, after] = [cut(Buffer.from(text), cuts), cut(Buffer.from(rest), cuts)]
      // A piece of the first secret's text may come after the second is known.
      const known = Math.min(at, before.length)
      const parts = [...before, ...after]
      const both = await createRedactor([old, grown])
      const masks = new GrowingRedactor()
      masks.become(await createRedactor([old]))
      const cutter = new SpoolCutter({ ...unlimited, redactor: masks })
      const batches = piecesOf(parts).map((piece, index) => {
        if (index === known) masks.become(both)
        cutter.push(piece, index)
        return index % 2 === 0 ? cutter.take(index) : null
      })
      const all = [...batches, cutter.end()].filter((batch) => batch !== null)
      const reading = { takes: [true], joins: [false], ms: 0 }
      const expected = readAll(parts, reading, { ...unlimited, redactor: both })
      expect(String(streamOf(0, chunksOf(all)))).toBe(String(streamOf(0, chunksOf(expected))))
    }),
    { numRuns: scaled(60) },
  )
})

test('tokens are masked beyond the limit on secrets, in texts too', async () => {
  const long = 'x'.repeat(256 * 1024)
  const masks = new GrowingRedactor()
  expect(masks.text('a-token')).toBe('a-token')
  masks.become(await createRedactor([long], ['a-token']))
  expect(masks.text('<a-token>')).toBe('<***>')
})
