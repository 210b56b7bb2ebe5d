import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { LineIndexer, nothingFound } from '@harmont/logs'
import { expect, test } from 'vitest'
import { decodeIndex, encodeIndex, encodePartsIndex } from './packed-index.ts'

const unpacked = async (bytes: Buffer) => JSON.parse((await promisify(zstdDecompress)(bytes)).toString())

function indexOfFailure() {
  const indexer = new LineIndexer()
  indexer.push([{ seq: 1, kind: 0, content: Buffer.from('--- FAIL: TestA (0.00s)\n    a_test.go:7: no\n'), ts: 5n }])
  indexer.finish()
  return indexer.index
}

test('an index is read as it was written; an index of an earlier release has no reported failures', async () => {
  const index = indexOfFailure()
  const bytes = await encodeIndex({ index, ends: [9] })
  expect(await decodeIndex(bytes)).toEqual({ index, packed: [{ seq: 1, offset: 0, part: 0, start: 0, end: 9 }] })
  const { found, ...earlier } = await unpacked(bytes)
  expect(found.tests).toBe(1)
  const old = await promisify(zstdCompress)(JSON.stringify(earlier))
  expect((await decodeIndex(old)).index).toEqual({ ...index, found: nothingFound })
})

test('an index of a log in parts is read as written, and the previous release finds no blocks in it', async () => {
  const index = indexOfFailure()
  const packed = [
    { seq: 1, offset: 0, part: 0, start: 0, end: 7 },
    { seq: 9, offset: 4, part: 2, start: 0, end: 3 },
  ]
  const bytes = await encodePartsIndex({ index, packed })
  expect(await decodeIndex(bytes)).toEqual({ index, packed })
  const { blocks } = await unpacked(bytes)
  expect(blocks).toBeUndefined()
})
