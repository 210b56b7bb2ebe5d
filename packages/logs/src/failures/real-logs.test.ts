import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { LineIndexer } from '../lines/line-indexer.ts'

/**
 * Logs of real runs of the tools, with the failures that a human reader finds in them. The list was
 * written by hand, independently of the code.
 */
const folder = new URL('../../fixtures/', import.meta.url)
type Row = readonly [logLine: number, test: string | null, message: string, file: string | null, line: number | null]
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Readonly<
  Record<string, readonly Row[]>
>

function logOf(name: string): Buffer {
  const path = (ending: string) => fileURLToPath(new URL(`${name}.txt${ending}`, folder))
  return name === 'vitest-large' ? gunzipSync(readFileSync(path('.gz'))) : readFileSync(path(''))
}

/** Returns the index of a log cut into chunks of this size. */
function indexOf(content: Buffer, chunkBytes: number) {
  const indexer = new LineIndexer()
  for (let at = 0, seq = 1; at < content.length; at += chunkBytes, seq++)
    indexer.push([{ seq, kind: 0, content: content.subarray(at, at + chunkBytes), ts: 0n }])
  indexer.finish()
  return indexer.index
}

describe.each(Object.entries(expected))('the log of %s', (name, rows) => {
  const log = logOf(name)

  test.each([1_000_003, 997])('contains the expected failures, in chunks of %i bytes', (chunkBytes) => {
    const { found, errors } = indexOf(log, chunkBytes)
    expect(
      found.failures.map(({ logLine, test, message, file, line }) => [logLine, test, message, file, line]),
    ).toEqual(rows)
    const tests = rows.filter(([, test]) => test !== null).length
    expect(found).toMatchObject({ tests, errors: rows.length - tests })
    expect(errors).toEqual(rows.map(([logLine]) => logLine))
  })
})

test('the errors of a growing log are lines that look like errors; its failures appear at its end', () => {
  const indexer = new LineIndexer()
  const content = logOf('jest')
  indexer.push([{ seq: 1, kind: 0, content, ts: 0n }])
  expect(indexer.index.found.failures).toEqual([])
  expect(indexer.index.errors[0]).toBe(7)
  indexer.finish()
  expect(indexer.index.errors[0]).toBe(44)
})

test('the errors of a log without a report are the lines that look like errors', () => {
  const { found, errors } = indexOf(Buffer.from('fetching\nfatal: not a git repository\ndone\n'), 7)
  expect([found, errors]).toEqual([{ failures: [], tests: 0, errors: 0 }, [2]])
})
