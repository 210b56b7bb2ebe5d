import { type Chunk, decodeProgress } from '@harmont/logs'
import type { OutputPiece } from '@harmont/sandbox'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { JobLog, type Spool } from './job-log.ts'

// The clock is frozen except while a test waits for `played`.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Resolves with the promise, and advances the clock through all pauses until then. */
async function played<T>(promise: Promise<T>): Promise<T> {
  const outcome = Promise.allSettled([promise])
  await vi.runAllTimersAsync()
  await outcome
  return promise
}

interface Kept {
  readonly chunk: Chunk
  readonly spoolPosition: string
}

function open(from: { lastSeq: number; spoolPosition: string; logBytes: number }, maxBytes = 1_000) {
  const kept: Kept[] = []
  const appended: { readonly spoolPosition: string }[] = []
  const log = new JobLog(
    from,
    async (chunks, spoolPosition) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      appended.push({ spoolPosition })
      for (const chunk of chunks) kept.push({ chunk, spoolPosition })
    },
    maxBytes,
  )
  const seen = () =>
    kept.map(({ chunk, spoolPosition }) => [chunk.seq, chunk.kind, String(chunk.content), spoolPosition] as const)
  return { log, kept, appended, seen }
}

/** Returns a spool whose first 100 bytes have been read. */
function output(...texts: string[]): Spool {
  return {
    async *output(offset) {
      let nextOffset = 100
      for (const text of texts) {
        nextOffset += text.length
        if (nextOffset <= offset) continue
        await new Promise((resolve) => setTimeout(resolve, 60))
        yield { stream: 'stdout', bytes: Buffer.from(text), ts: 1n, nextOffset }
      }
    },
    release: () => undefined,
  }
}

const spoolOf = (read: () => AsyncGenerator<OutputPiece>): Spool => ({ output: read, release: () => undefined })
const fresh = { lastSeq: 0, spoolPosition: '0', logBytes: 0 }

test('remarks and output share one numbering without gaps, and a remark never moves the spool position back', async () => {
  const { log, seen } = open({ lastSeq: 4, spoolPosition: '100', logBytes: 9 })
  log.remark('before')
  const pumped = log.pump(output('one', 'two'))
  setTimeout(() => log.remark('between'), 90)
  await played(pumped)
  await played(log.settled())
  expect(seen()).toEqual([
    [5, 2, 'before\n', '100'],
    [6, 0, 'one', '103'],
    [7, 2, 'between\n', '103'],
    [8, 0, 'two', '106'],
  ])
})

test("G02 a log that another process filled continues at that process's position with its tail and the size of the omitted part", async () => {
  const texts = Array.from({ length: 60 }, (_, n) => `${10 + n}\n`)
  const whole = texts.join('')
  const first = open({ ...fresh, spoolPosition: '100' }, 80)
  const halted = new Error('this process ended')
  const spool = output(...texts)
  const released: number[] = []
  async function* halting(offset: number): AsyncGenerator<OutputPiece> {
    for await (const piece of spool.output(offset)) {
      if (piece.nextOffset > 220) throw halted
      yield piece
    }
  }
  const broken = first.log.pump({ output: halting, release: (offset) => released.push(offset) })
  await expect(played(broken)).rejects.toBe(halted)
  const kept = first.kept.filter(({ chunk }) => chunk.kind !== 2)
  const head = kept.map(({ chunk }) => String(chunk.content)).join('')
  expect(whole.startsWith(head)).toBe(true)
  const { spoolPosition } = first.appended.at(-1) ?? fresh
  expect(decodeProgress(spoolPosition).phase).toBe('middle')
  expect(released.at(-1)).toBeGreaterThan(100 + head.length)

  const lastSeq = first.kept.at(-1)?.chunk.seq ?? 0
  const second = open({ lastSeq, spoolPosition, logBytes: head.length }, 80)
  await played(second.log.pump(spool))
  const [remark, ...rest] = second.seen()
  const tail = rest.map(([, , text]) => text).join('')
  expect([...first.seen(), ...second.seen()].map(([seq]) => seq)).toEqual(
    Array.from({ length: lastSeq + 1 + rest.length }, (_, index) => index + 1),
  )
  expect(whole.endsWith(tail) && tail.length > 0).toBe(true)
  expect(remark?.[2]).toContain(`${whole.length - head.length - tail.length} bytes of output were dropped here`)
})

test('G02 an incomplete character that was not stored is stored completely by the next process', async () => {
  const euro = Buffer.from('€')
  const first = open({ ...fresh, spoolPosition: '100' })
  const halted = new Error('this process ended')
  async function* half(): AsyncGenerator<OutputPiece> {
    yield { stream: 'stdout', bytes: Buffer.concat([Buffer.from('a'), euro.subarray(0, 2)]), ts: 1n, nextOffset: 110 }
    await new Promise((resolve) => setTimeout(resolve, 20))
    throw halted
  }
  await expect(played(first.log.pump(spoolOf(half)))).rejects.toBe(halted)
  const { spoolPosition } = first.kept.at(-1) ?? fresh
  const second = open({ lastSeq: 1, spoolPosition, logBytes: 1 })
  async function* whole(): AsyncGenerator<OutputPiece> {
    yield { stream: 'stdout', bytes: Buffer.concat([Buffer.from('a'), euro]), ts: 1n, nextOffset: 120 }
  }
  await played(second.log.pump(spoolOf(whole)))
  expect([...first.seen(), ...second.seen()].map(([seq, , text]) => [seq, text])).toEqual([
    [1, 'a'],
    [2, '€'],
  ])
})

test('a remark that could not be stored is reported when the log is closed', async () => {
  const log = new JobLog(fresh, () => Promise.reject(new Error('the store is away')), 1_000)
  log.remark('one')
  await expect(log.settled()).rejects.toThrow('the store is away')
})
