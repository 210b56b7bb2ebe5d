import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Batch, batches, type Piece } from './batches.ts'

const unlimited = { firstSeq: 1, keptBytes: 0, maxBytes: 2 ** 30 }

async function* output(...parts: readonly (string | Buffer | number)[]): AsyncGenerator<Piece> {
  let offset = 0
  for (const part of parts) {
    if (typeof part === 'number') await sleep(part)
    else yield { kind: 0, bytes: Buffer.from(part), ts: 1n, nextOffset: ++offset }
  }
}

async function all(from: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = []
  for await (const batch of from) found.push(batch)
  return found
}

const textOf = (found: readonly Batch[]) =>
  found.flatMap((it) => it.chunks.map((chunk) => chunk.content.toString())).join('')

test('the first output after silence goes out at once, what follows soon after goes together', async () => {
  const found = await all(batches(output('a', 5, 'b', 'c', 'd'), unlimited))
  expect(found.map((it) => textOf([it]))).toEqual(['a', 'bcd'])
  expect(found.at(-1)?.spoolOffset).toBe(4)
})

test('the rest of a character is waited for, but not for long', async () => {
  const [head, rest] = [Buffer.from('€').subarray(0, 1), Buffer.from('€').subarray(1)]
  const joined = await all(batches(output(head, 30, rest), unlimited))
  expect(joined.map((it) => textOf([it]))).toEqual(['€'])
  const started = performance.now()
  for await (const batch of batches(output(head, 1_000), unlimited)) {
    expect(batch.chunks[0]?.content).toEqual(head)
    expect(performance.now() - started).toBeLessThan(900)
    break
  }
})

test('what is over the limit is dropped and the remark at the end says how much, also for what an earlier process kept', async () => {
  const found = await all(batches(output('0123456789', 'abcdefghij'), { firstSeq: 5, keptBytes: 2, maxBytes: 14 }))
  const chunks = found.flatMap((it) => it.chunks)
  expect(chunks.filter((it) => it.kind === 0).map((it) => it.content.toString())).toEqual(['0123456789', 'ab'])
  expect(chunks.at(-1)).toMatchObject({ kind: 2, seq: 7 })
  expect(chunks.at(-1)?.content.toString()).toContain('8 bytes')
})

test('an error of the reading reaches whoever takes the batches', async () => {
  async function* broken(): AsyncGenerator<Piece> {
    yield { kind: 0, bytes: Buffer.from('x'), ts: 1n, nextOffset: 1 }
    throw new Error('the spool is gone')
  }
  await expect(all(batches(broken(), unlimited))).rejects.toThrow('the spool is gone')
})
