import { type Chunk, decodePosition, encodePosition } from '@harmont/logs'
import type { OutputPiece } from '@harmont/sandbox'
import { expect, test } from 'vitest'
import { JobLog } from './job-log.ts'

interface Kept {
  readonly chunk: Chunk
  readonly spoolPosition: string
}

function open(from: { lastSeq: number; spoolPosition: string; logBytes: number }, maxBytes = 1_000) {
  const kept: Kept[] = []
  const log = new JobLog(
    from,
    async (chunks, spoolPosition) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      for (const chunk of chunks) kept.push({ chunk, spoolPosition })
    },
    maxBytes,
  )
  const seen = () =>
    kept.map(
      ({ chunk, spoolPosition }) =>
        [chunk.seq, chunk.kind, String(chunk.content), decodePosition(spoolPosition).offset] as const,
    )
  return { log, kept, seen }
}

async function* output(...texts: string[]): AsyncGenerator<OutputPiece> {
  let nextOffset = 100
  for (const text of texts) {
    nextOffset += text.length
    await new Promise((resolve) => setTimeout(resolve, 60))
    yield { stream: 'stdout', bytes: Buffer.from(text), ts: 1n, nextOffset }
  }
}

const at = (offset: number) => encodePosition({ offset, skip: [0, 0] })
const fresh = { lastSeq: 0, spoolPosition: '0', logBytes: 0 }

test('remarks and output share one numbering without gaps, and a remark never moves the place in the spool back', async () => {
  const { log, seen } = open({ lastSeq: 4, spoolPosition: at(100), logBytes: 9 })
  log.remark('before')
  const pumped = log.pump(output('one', 'two'))
  setTimeout(() => log.remark('between'), 90)
  await pumped
  await log.settled()
  expect(seen()).toEqual([
    [5, 2, 'before\n', 100],
    [6, 0, 'one', 103],
    [7, 2, 'between\n', 103],
    [8, 0, 'two', 106],
  ])
})

test('what is beyond the limit is dropped with a remark, also when an earlier process stored a part', async () => {
  const { log, seen } = open({ ...fresh, spoolPosition: at(100), logBytes: 980 })
  await log.pump(output('0123456789abcdefghijklmno', 'pqr'))
  const all = seen()
  expect(all.map(([seq, kind]) => [seq, kind])).toEqual([
    [1, 0],
    [2, 2],
    [3, 2],
  ])
  expect(all[0]?.[2]).toBe('0123456789abcdefghij')
  expect(all[2]?.[2]).toContain('The last 8 bytes')
  // Whoever takes over before the end counts again from the same place; after it nobody does.
  expect(all.map(([, , , offset]) => offset)).toEqual([100, 100, 128])
})

test('G02 a half character that was not stored comes with its rest from whoever takes over', async () => {
  const euro = Buffer.from('€')
  const first = open({ ...fresh, spoolPosition: at(100) })
  const halted = new Error('this process ended')
  async function* half(): AsyncGenerator<OutputPiece> {
    yield { stream: 'stdout', bytes: Buffer.concat([Buffer.from('a'), euro.subarray(0, 2)]), ts: 1n, nextOffset: 110 }
    await new Promise((resolve) => setTimeout(resolve, 20))
    throw halted
  }
  await expect(first.log.pump(half())).rejects.toBe(halted)
  const { spoolPosition } = first.kept.at(-1) ?? fresh
  const second = open({ lastSeq: 1, spoolPosition, logBytes: 1 })
  expect(second.log.outputOffset).toBe(100)
  async function* whole(): AsyncGenerator<OutputPiece> {
    yield { stream: 'stdout', bytes: Buffer.concat([Buffer.from('a'), euro]), ts: 1n, nextOffset: 120 }
  }
  await second.log.pump(whole())
  expect([...first.seen(), ...second.seen()].map(([seq, , text]) => [seq, text])).toEqual([
    [1, 'a'],
    [2, '€'],
  ])
})

test('a remark that could not be stored is told when the log is closed', async () => {
  const log = new JobLog(fresh, () => Promise.reject(new Error('the store is away')), 1_000)
  log.remark('one')
  await expect(log.settled()).rejects.toThrow('the store is away')
})
