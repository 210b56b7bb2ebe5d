import { isUtf8 } from 'node:buffer'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Piece } from '../piece.ts'
import { batches } from './batches.ts'
import { unlimited } from './output.test-support.ts'
import { decodeProgress } from './progress.ts'
import { type Batch, CHARACTER_WAIT_MS } from './spool-cutter.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Advances the clock until the work is done. */
async function clocked<T>(work: Promise<T>): Promise<T> {
  const [done] = await Promise.allSettled([work, vi.runAllTimersAsync()])
  if (done.status === 'rejected') throw done.reason
  return done.value
}

async function* output(...parts: readonly (string | Buffer | number)[]): AsyncGenerator<Piece> {
  let offset = 0
  for (const part of parts) {
    if (typeof part === 'number') await sleep(part)
    else yield { kind: 0, bytes: Buffer.from(part), ts: 1n, nextOffset: ++offset }
  }
}

async function all(from: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = []
  const work = async () => {
    for await (const batch of from) found.push(batch)
  }
  await clocked(work())
  return found
}

const textOf = (found: readonly Batch[]) =>
  found.flatMap((it) => it.chunks.map((chunk) => chunk.content.toString())).join('')

test('the first output after silence is sent at once, and output soon after it in one batch', async () => {
  const found = await all(batches(() => output('a', 5, 'b', 'c', 'd'), unlimited))
  expect(found.map((it) => textOf([it]))).toEqual(['a', 'bcd'])
  expect(decodeProgress(found.at(-1)?.position ?? '')).toEqual({
    phase: 'head',
    position: { offset: 4, skip: [0, 0] },
  })
})

test('the rest of a character is awaited for a limited time', async () => {
  const [head, rest] = [Buffer.from('€').subarray(0, 1), Buffer.from('€').subarray(1)]
  const joined = await all(batches(() => output(head, 30, rest), unlimited))
  expect(joined.map((it) => textOf([it]))).toEqual(['€'])
  const taken: [Buffer | undefined, number][] = []
  const started = performance.now()
  const take = async () => {
    for await (const batch of batches(() => output(head, 5_000, rest), unlimited))
      taken.push([batch.chunks[0]?.content, performance.now() - started])
  }
  await clocked(take())
  expect(taken).toEqual([
    [head, CHARACTER_WAIT_MS],
    [rest, 5_000],
  ])
})

test('G12 a line of 10 MB in pieces that end within characters arrives whole, in chunks of text', async () => {
  const line = Buffer.from('x'.concat('é'.repeat(5_000_000)))
  async function* halves(): AsyncGenerator<Piece> {
    for (let at = 0; at < line.length; at += 65_536)
      yield { kind: 0, bytes: line.subarray(at, at + 65_536), ts: 1n, nextOffset: at + 65_536 }
  }
  const contents = (await all(batches(halves, unlimited))).flatMap((it) => it.chunks.map(({ content }) => content))
  expect(contents.filter((it) => !isUtf8(it))).toEqual([])
  expect(Buffer.concat(contents).equals(line)).toBe(true)
})

test('while a batch is stored, reading pauses and an incomplete character does not age', async () => {
  const [head, rest] = [Buffer.from('a€').subarray(0, 2), Buffer.from('€').subarray(1)]
  let reads = 0
  async function* counted(): AsyncGenerator<Piece> {
    for await (const piece of output(head, 'not yet', rest, 'x')) {
      reads += 1
      yield { ...piece, kind: reads === 2 ? 1 : 0 }
    }
  }
  const found: string[] = []
  const store = async () => {
    for await (const batch of batches(counted, unlimited)) {
      if (found.length === 0) {
        await sleep(250)
        expect(reads).toBeLessThanOrEqual(2)
      }
      found.push(...batch.chunks.map((it) => it.content.toString()))
    }
  }
  await clocked(store())
  expect(found.join(' ')).not.toContain('\ufffd')
})

test('a read error reaches the consumer of the batches', async () => {
  async function* broken(): AsyncGenerator<Piece> {
    yield { kind: 0, bytes: Buffer.from('x'), ts: 1n, nextOffset: 1 }
    throw new Error('the spool is gone')
  }
  await expect(all(batches(broken, unlimited))).rejects.toThrow('the spool is gone')
})

test('G12 a log that arrives at once fills its limit except for a small batch', async () => {
  const mebibyte = 1024 ** 2
  async function* from(offset: number): AsyncGenerator<Piece> {
    for (let at = offset; at < 400; at++)
      yield { kind: 0, bytes: Buffer.alloc(65_536, 'line of output\n\n'), ts: 1n, nextOffset: at + 1 }
  }
  for (const [limit, most] of [
    [4 * mebibyte, 300_000],
    [16 * mebibyte, 2_300_000],
  ] as const) {
    const found = await all(batches(from, { ...unlimited, maxBytes: limit }))
    const sizes = found.map(({ chunks }) =>
      chunks.reduce((sum, { kind, content }) => sum + (kind === 2 ? 0 : content.length), 0),
    )
    const head = sizes.slice(
      0,
      found.findIndex(({ chunks }) => chunks.some(({ kind }) => kind === 2)),
    )
    expect(Math.max(...head)).toBeLessThan(most)
    const kept = sizes.reduce((sum, size) => sum + size, 0)
    expect(kept).toBeLessThanOrEqual(limit)
    expect(kept).toBeGreaterThan(limit - 400_000)
  }
})
