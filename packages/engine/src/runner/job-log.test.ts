import type { Chunk } from '@harmont/logs'
import type { OutputPiece } from '@harmont/sandbox'
import { expect, test } from 'vitest'
import { JobLog } from './job-log.ts'

interface Kept {
  readonly chunk: Chunk
  readonly spoolOffset: number
}

function open(from: { lastSeq: number; spoolOffset: number; logBytes: number }, maxBytes = 1_000) {
  const kept: Kept[] = []
  const log = new JobLog(
    from,
    async (chunks, spoolOffset) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      for (const chunk of chunks) kept.push({ chunk, spoolOffset })
    },
    maxBytes,
  )
  const seen = () =>
    kept.map(({ chunk, spoolOffset }) => [chunk.seq, chunk.kind, String(chunk.content), spoolOffset] as const)
  return { log, seen }
}

async function* output(...texts: string[]): AsyncGenerator<OutputPiece> {
  let nextOffset = 100
  for (const text of texts) {
    nextOffset += text.length
    await new Promise((resolve) => setTimeout(resolve, 60))
    yield { stream: 'stdout', bytes: Buffer.from(text), ts: 1n, nextOffset }
  }
}

const fresh = { lastSeq: 0, spoolOffset: 0, logBytes: 0 }

test('remarks and output share one numbering without gaps, and a remark never moves the place in the spool back', async () => {
  const { log, seen } = open({ lastSeq: 4, spoolOffset: 50, logBytes: 9 })
  log.remark('before')
  const pumped = log.pump(output('one', 'two'))
  setTimeout(() => log.remark('between'), 90)
  await pumped
  await log.settled()
  expect(seen()).toEqual([
    [5, 2, 'before\n', 50],
    [6, 0, 'one', 103],
    [7, 2, 'between\n', 103],
    [8, 0, 'two', 106],
  ])
})

test('what is beyond the limit is dropped with a remark, also when an earlier process stored a part', async () => {
  const { log, seen } = open({ ...fresh, logBytes: 998 })
  await log.pump(output('abcde', 'fgh'))
  const all = seen()
  expect(all[0]).toEqual([1, 0, 'ab', 105])
  expect(all[1]?.slice(0, 2)).toEqual([2, 2])
  expect(all[1]?.[2]).toContain('6 bytes')
  expect(all[1]?.[3]).toBe(105)
})

test('a remark that could not be stored is told when the log is closed', async () => {
  const log = new JobLog(fresh, () => Promise.reject(new Error('the store is away')), 1_000)
  log.remark('one')
  await expect(log.settled()).rejects.toThrow('the store is away')
})
