import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chunkJson } from './chunk.ts'

test('a chunk of text serializes to the contract’s object, with its exact time', () => {
  const json = chunkJson({ seq: 1, kind: 0, content: Buffer.from('hé\n'), ts: 1750000000000000001n })
  expect(json).toBe('{"seq":1,"stream_kind":0,"content":"hé\\n","ts":1750000000000000001}')
})

test('G12 invalid UTF-8 round-trips exactly and is marked in the text', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const parsed = JSON.parse(chunkJson({ seq: 2, kind: 1, content: Buffer.from(bytes), ts: null }))
      const exact =
        parsed.content_b64 === undefined ? Buffer.from(parsed.content) : Buffer.from(parsed.content_b64, 'base64')
      expect(exact.equals(Buffer.from(bytes))).toBe(true)
    }),
  )
})
