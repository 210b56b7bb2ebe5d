import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseRecords, SpoolReader } from './spool.ts'

/**
 * Returns conmon's k8s-file for reads of these bytes: one record per line, tagged `P` if a read
 * ended within a line.
 */
function spoolOf(reads: readonly { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }[]): Buffer {
  const records: Buffer[] = []
  for (const { stream, bytes } of reads) {
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(10, at)
      const content = bytes.subarray(at, end === -1 ? bytes.length : end)
      records.push(
        Buffer.from(`2026-01-02T03:04:05.123456789+00:00 ${stream} ${end === -1 ? 'P' : 'F'} `),
        Buffer.from(content),
        Buffer.from('\n'),
      )
      at = end === -1 ? bytes.length : end + 1
    }
  }
  return Buffer.concat(records)
}

const reads = fc.array(
  fc.record({
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    bytes: fc
      .uint8Array({ minLength: 1, maxLength: 60 })
      .map((bytes) => bytes.map((byte) => (byte % 5 === 0 ? 10 : byte))),
  }),
)

it('G12 returns any bytes unchanged, per stream and in order, from any offset that it reported', () => {
  fc.assert(
    fc.property(reads, (input) => {
      const spool = spoolOf(input)
      const { pieces, consumed } = parseRecords(spool, 0)
      expect(consumed).toBe(spool.length)
      const whole = (from: readonly { readonly stream: string; readonly bytes: Uint8Array }[]) =>
        from.map(({ stream, bytes }) => stream + Buffer.from(bytes).toString('latin1'))
      const joined = (from: readonly { readonly stream: string; readonly bytes: Uint8Array }[]) => {
        const merged: { stream: string; bytes: Buffer }[] = []
        for (const { stream, bytes } of from) {
          const last = merged.at(-1)
          if (last?.stream === stream) last.bytes = Buffer.concat([last.bytes, bytes])
          else merged.push({ stream, bytes: Buffer.from(bytes) })
        }
        return whole(merged)
      }
      expect(joined(pieces)).toEqual(joined(input))
      for (const [index, { nextOffset }] of pieces.entries())
        expect(joined(parseRecords(spool.subarray(nextOffset), nextOffset).pieces)).toEqual(
          joined(pieces.slice(index + 1)),
        )
    }),
  )
})

it('leaves an incomplete record for the next read', () => {
  const spool = spoolOf([{ stream: 'stdout', bytes: Buffer.from('one\ntwo\n') }])
  const { pieces, consumed } = parseRecords(spool.subarray(0, spool.length - 3), 100)
  expect(pieces.map(({ bytes, nextOffset }) => [bytes.toString(), nextOffset])).toEqual([['one\n', 100 + consumed]])
  expect(consumed).toBe(spool.length / 2)
})

it('parses the time to the nanosecond', () => {
  const [piece] = parseRecords(Buffer.from('2026-01-02T03:04:05.000000001+00:00 stderr F x\n'), 0).pieces
  expect(piece).toMatchObject({ stream: 'stderr', ts: BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)) * 1_000_000n + 1n })
})

it('reports where a spool is damaged', () => {
  expect(() => parseRecords(Buffer.from('garbage\n'), 7)).toThrow('offset 7')
})

it('a record has its own time, regardless of the previous record’s', () => {
  const times = ['05.000000001', '05.100000001', '15.100000001', '15.100000001', '05.000000001']
  const spool = times.map((time) => `2026-01-02T03:04:${time}+00:00 ${time > '1' ? 'stderr' : 'stdout'} F x\n`).join('')
  const { pieces } = parseRecords(Buffer.from(spool), 0)
  const second = BigInt(Date.UTC(2026, 0, 2, 3, 4, 0)) * 1_000_000n
  expect(pieces.map(({ stream, bytes, ts }) => [stream, bytes.toString(), ts - second])).toEqual([
    ['stdout', 'x\n', 5_000_000_001n],
    ['stdout', 'x\n', 5_100_000_001n],
    ['stderr', 'x\nx\n', 15_100_000_001n],
    ['stdout', 'x\n', 5_000_000_001n],
  ])
})

it('pieces remain unchanged while the reader continues, and no record is longer than one read', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'harmont-spool-'))
  const path = join(directory, 'spool')
  const record = (content: string) => `2026-01-02T03:04:05.123456789+00:00 stdout F ${content}\n`
  await writeFile(path, record('first'))
  const reader = new SpoolReader(path, 0)
  const [piece] = reader.next()
  await writeFile(path, record('second'), { flag: 'a' })
  expect(reader.next().map(({ bytes }) => bytes.toString())).toEqual(['second\n'])
  expect(piece?.bytes.toString()).toBe('first\n')
  await writeFile(path, record('x'.repeat(256 * 1024)), { flag: 'a' })
  expect(() => reader.next()).toThrow('longer')
  reader.close()
  await rm(directory, { recursive: true })
})

it('a reader sees bytes that are appended after it reached the end, even single ones', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'harmont-spool-'))
  const path = join(directory, 'spool')
  await writeFile(path, '')
  const reader = new SpoolReader(path, 0)
  const writer = await open(path, 'a')
  let seen = ''
  for (const byte of spoolOf([{ stream: 'stdout', bytes: Buffer.from('a\n\nlong line\nend') }])) {
    await writer.write(Buffer.from([byte]))
    for (const { bytes } of reader.next()) seen += bytes.toString()
  }
  expect(seen).toBe('a\n\nlong line\nend')
  await Promise.all([reader.close(), writer.close()])
  await rm(directory, { recursive: true })
})
