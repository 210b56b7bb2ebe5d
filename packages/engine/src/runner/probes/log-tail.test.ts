import type { Chunk } from '@harmont/logs'
import { expect, test } from 'vitest'
import { LogTail } from './log-tail.ts'

const chunk = (content: string, kind: Chunk['kind'] = 0): Chunk => ({
  seq: 9,
  kind,
  content: Buffer.from(content),
  ts: 1n,
})
const linesOf = ({ log }: LogTail) => log.map(({ seq, kind, content }) => [seq, kind, String(content)])

test('the tail of a log is its last 64 KiB, with a remark about the omitted part', () => {
  const tail = new LogTail()
  tail.add([chunk('one\n'), chunk('two\n', 1)])
  expect(linesOf(tail)).toEqual([
    [1, 0, 'one\n'],
    [2, 1, 'two\n'],
  ])
  const large = 'x'.repeat(30_000)
  tail.add([chunk(large), chunk(large), chunk(large)])
  expect(linesOf(tail)).toEqual([
    [1, 2, '30,008 bytes of output before this were not kept\n'],
    [2, 0, large],
    [3, 0, large],
  ])
})

test('the number of tiny chunks is bounded as well', () => {
  const tail = new LogTail()
  for (let n = 0; n < 1_500; n += 1) tail.add([chunk('x')])
  expect(tail.log).toHaveLength(1_001)
})
