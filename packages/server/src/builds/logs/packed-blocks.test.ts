import { setImmediate as turn } from 'node:timers/promises'
import { zstdCompressSync } from 'node:zlib'
import { type Chunk, encodeSegment } from '@harmont/logs'
import { expect, test } from 'vitest'
import { type PackedBlocks, readBlocks } from './packed-blocks.ts'

const blockCount = 4
const chunks = Array.from({ length: blockCount }, (_, n): Chunk => {
  return { seq: n + 1, kind: 0, content: Buffer.from(`line ${n}\n`), ts: BigInt(n) }
})
const compressed = chunks.map((chunk) => zstdCompressSync(encodeSegment([chunk])))

function packed(): PackedBlocks {
  let [offset, end] = [0, 0]
  const blocks = chunks.map(({ seq, content }, n) => {
    const block = { seq, offset, part: 0, start: end, end: end + (compressed[n]?.length ?? 0) }
    offset += content.length
    end = block.end
    return block
  })
  return { blocks, lastSeq: blockCount, bytes: offset }
}

test('G57 all readers of logs together decompress one block in each turn of the event loop', async () => {
  const all = Buffer.concat(compressed)
  const read = () => readBlocks(packed(), async (_, start, end) => all.subarray(start, end), 0, 1_000_000)
  let [turns, isOver] = [0, false]
  const reading = Promise.all([read(), read(), read()]).finally(() => {
    isOver = true
  })
  for (; !isOver; turns++) await turn()
  expect(await reading).toEqual([chunks, chunks, chunks])
  expect(turns).toBeGreaterThanOrEqual(3 * blockCount)
})
