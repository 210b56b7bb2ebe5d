import process from 'node:process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Piece } from '../piece.ts'
import { batches } from '../spool/batches.ts'
import { unlimited } from '../spool/output.test-support.ts'
import { createRedactor } from './redactor.ts'
import { MAX_SECRET_BYTES, SecretsTooLong } from './secret-texts.ts'

/** Longest allowed task in µs of this thread's CPU time, because the machine may be busy. */
const longestTask = 50_000

/** Returns text with a long period. */
function noise(bytes: number, seed: number): string {
  let state = seed
  const chars = Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return String.fromCharCode(33 + ((state >> 8) % 90))
  })
  return chars.join('')
}

const ownTime = () => {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/**
 * Waits for the work. Returns its result and its longest task, in µs: the shortest of up to three
 * such maxima, because a garbage collection may fall into any task.
 */
async function watched<T>(work: () => Promise<T>): Promise<{ readonly given: T; readonly longest: number }> {
  let shortest = Number.POSITIVE_INFINITY
  for (let tries = 1; ; tries += 1) {
    let isOver = false
    const done = work().finally(() => {
      isOver = true
    })
    let [longest, last] = [0, ownTime()]
    while (!isOver) {
      await nextTurn()
      const now = ownTime()
      longest = Math.max(longest, now - last)
      last = now
    }
    shortest = Math.min(shortest, longest)
    const given = await done
    if (shortest < longestTask || tries === 3) return { given, longest: shortest }
  }
}

const keyLines = (secret: string) => secret.replace(/.{64}/g, '$&\n')

test.for([
  ['of noise', Array.from({ length: 8 }, (_, n) => noise(MAX_SECRET_BYTES / 8, n + 1))],
  ['of many lines', Array.from({ length: 8 }, (_, n) => keyLines(noise(MAX_SECRET_BYTES / 9, n + 1)))],
  ['of short lines', [noise(MAX_SECRET_BYTES / 2, 3).replace(/.{10}/g, '$&\n')]],
  ['all of which begin alike', Array.from({ length: 4_000 }, (_, n) => `${'a'.repeat(30)}${n}${'b'.repeat(30)}`)],
] as const)('G57 the maximum of secrets, %s, is prepared in short turns', async ([, secrets]) => {
  const { given, longest } = await watched(() => createRedactor(secrets))
  expect(longest).toBeLessThan(longestTask)
  for (const secret of secrets.slice(0, 1)) {
    expect(given?.text(`<${JSON.stringify(secret)}>`)).not.toContain(secret.slice(0, 9))
    expect(given?.text(`<${secret}>`)).not.toContain(secret.slice(0, 9))
  }
})

test('G57 too many bytes of secrets, such as 99 of 31 KB, are refused with a helpful message', async () => {
  const long = noise(31 * 1024, 1)
  const secrets = Array.from({ length: 99 }, (_, n) => long + n)
  await expect(createRedactor(secrets)).rejects.toThrow(SecretsTooLong)
  await expect(createRedactor(['a', 'x'.repeat(MAX_SECRET_BYTES)])).rejects.toThrow('exceed 256 KiB together')
})

/** Returns more text than a single piece of a sandbox's output. */
const repeated = (text: string) => Buffer.from(text.repeat(Math.ceil((256 * 1024) / text.length)))

test.for([
  ['the letter that the secret is made of', 'a'.repeat(4_096), repeated('a')],
  ['that letter escaped', 'a'.repeat(4_096), repeated('\\u0061%61&#97;')],
  ['backslashes in a secret of them', '\\'.repeat(4_096), repeated('\\')],
  ['escapes that the secret is made of', '%25\\\\'.repeat(800), repeated('%25\\\\%2525')],
  ['quotes of a shell', "'\\''".repeat(1_000), repeated("'\\''\"'")],
  ['its Base64', 'abc'.repeat(1_000), repeated(`${Buffer.from('abc').toString('base64')}\n`)],
] as const)('G57 output is searched in short turns: %s', async ([, secret, bytes]) => {
  const redactor = await createRedactor([secret])
  async function* output(): AsyncGenerator<Piece> {
    yield { kind: 0, bytes, ts: 1n, nextOffset: bytes.length }
  }
  const read = async () => {
    for await (const _ of batches(output, { ...unlimited, redactor }));
  }
  const { longest } = await watched(read)
  expect(longest).toBeLessThan(longestTask)
})
