import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Chunk } from './chunk.ts'
import { followLog } from './follow-log.ts'

/** One job's log that grows, for readers of this file. */
class GrowingLog {
  readonly chunks: Chunk[] = []
  done = false
  reads = 0
  #listeners = new Set<() => void>()

  readonly reader = {
    read: async (_: string, after: number, maxBytes: number) => {
      this.reads += 1
      // Every chunk here has as many bytes as the first.
      const count = Math.max(1, Math.floor(maxBytes / (this.chunks[0]?.content.length ?? 1)))
      return this.chunks.slice(after, after + count)
    },
    size: async () => ({ lastSeq: this.chunks.length, bytes: 0 }),
  }
  readonly changes = {
    onJob: (_: string, listener: () => void) => {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    },
  }

  write(text: string): void {
    this.chunks.push({ seq: this.chunks.length + 1, kind: 0, content: Buffer.from(text), ts: null })
    this.#ring()
  }

  end(): void {
    this.done = true
    this.#ring()
  }

  follow(after: number, signal = new AbortController().signal, maxBytes = 3) {
    return followLog({ ...this, jobId: 'job', after, signal, maxBytes, isDone: async () => this.done })
  }

  get listeners(): number {
    return this.#listeners.size
  }

  #ring(): void {
    for (const listener of this.#listeners) listener()
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('G13 readers that drop and come back anywhere see every chunk once and in order, before, during and after the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('write', 'turn', 'drop'), { maxLength: 40 }), async (script) => {
      const log = new GrowingLog()
      const seen: number[] = []
      let stop = new AbortController()
      const read = async () => {
        for await (const { chunks } of log.follow(seen.at(-1) ?? 0, stop.signal))
          seen.push(...chunks.map((it) => it.seq))
      }
      let reading = read()
      for (const act of script) {
        if (act === 'write') log.write('ab')
        else if (act === 'turn') await turn()
        else {
          stop.abort()
          await reading
          stop = new AbortController()
          reading = read()
        }
      }
      log.end()
      await reading
      expect(seen).toEqual(log.chunks.map((it) => it.seq))
      expect(log.listeners).toBe(0)
    }),
    { numRuns: scaled(100) },
  )
})

test('G14 a reader that does not ask for more makes no reads, however much is written', async () => {
  const log = new GrowingLog()
  const reading = log.follow(0)
  log.write('first')
  await reading.next()
  const before = log.reads
  for (let count = 0; count < 1_000; count += 1) log.write('more')
  await turn()
  expect(log.reads).toBe(before)
  await reading.return(undefined)
})

test('a log that is over ends at once, an empty one too, and says what was history', async () => {
  const log = new GrowingLog()
  log.write('a')
  log.end()
  const found = []
  for await (const it of log.follow(0)) found.push(it)
  expect(found.map((it) => it.live)).toEqual([false])
  expect((await log.follow(1).next()).done).toBe(true)
})
