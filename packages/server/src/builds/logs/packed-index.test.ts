import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { LineIndexer, nothingFound } from '@harmont/logs'
import { expect, test } from 'vitest'
import { decodeIndex, encodeIndex } from './packed-index.ts'

test('an index is read as it was written; an index of an earlier release has no reported failures', async () => {
  const indexer = new LineIndexer()
  indexer.push([{ seq: 1, kind: 0, content: Buffer.from('--- FAIL: TestA (0.00s)\n    a_test.go:7: no\n'), ts: 5n }])
  indexer.finish()
  const packed = { index: indexer.index, ends: [9] }
  const bytes = await encodeIndex(packed)
  expect(await decodeIndex(bytes)).toEqual(packed)
  const { found, ...earlier } = JSON.parse((await promisify(zstdDecompress)(bytes)).toString())
  expect(found.tests).toBe(1)
  const old = await promisify(zstdCompress)(JSON.stringify(earlier))
  expect((await decodeIndex(old)).index).toEqual({ ...packed.index, found: nothingFound })
})
