import { buffer } from 'node:stream/consumers'
import { stripEscapes } from '@harmont/logs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText } from './log-text.ts'

const piece = fc.oneof(
  fc
    .constantFrom('text ', '\n', '\u001b[31m', '\u001b]8;;https://x\u0007', '\u001b\\', '\u001b', '[1m', '\u001bP')
    .map((it) => Buffer.from(it)),
  fc.uint8Array({ maxLength: 4 }).map((it) => Buffer.from(it)),
)

test('stripping escape sequences keeps all other bytes, however the log is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), async (pieces, step) => {
      const whole = Buffer.concat(pieces)
      async function* log() {
        for (let at = 0; at < whole.length; at += step) yield whole.subarray(at, at + step)
      }
      const got = await buffer(plainText(log()))
      const lines = whole.toString('latin1').split('\n').map(stripEscapes)
      expect(got.toString('latin1')).toBe(lines.join('\n'))
    }),
  )
})

test('an endless line is not held in memory', async () => {
  let given = 0
  async function* log() {
    for (let turn = 0; turn < 100; turn++) yield Buffer.alloc(100_000, 'x')
  }
  let most = 0
  let sent = 0
  for await (const bytes of plainText(log())) {
    given += bytes.length
    sent++
    most = Math.max(most, bytes.length)
  }
  expect(given).toBe(10_000_000)
  expect(sent).toBeGreaterThan(5)
  expect(most).toBeLessThan(1_300_000)
})
