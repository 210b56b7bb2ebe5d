import { closeSync, openSync, readSync } from 'node:fs'
import type { Chunk, StreamKind } from '@harmont/logs'
import { LineSplitter, type LogLine } from '../events/line-splitter.ts'
import { isMissing } from '../is-missing.ts'

const blockBytes = 256 * 1024

interface ChunkJson {
  readonly seq: number
  readonly stream_kind: StreamKind
  readonly content: string
  readonly content_b64?: string
  /**
   * Nanoseconds. A double cannot hold them exactly, but precisely enough for a line's milliseconds.
   */
  readonly ts: number | null
}

/** Reads the log of one attempt, which may still grow. */
export class RecordedLog {
  readonly #file: string
  readonly #lines = new LineSplitter()
  #offset = 0
  #begun = Buffer.alloc(0)

  constructor(file: string) {
    this.#file = file
  }

  /** Yields the recorded lines since the last call, in blocks. */
  *more(): Generator<LogLine> {
    const fd = openIfPresent(this.#file)
    if (fd === undefined) return
    try {
      const block = Buffer.alloc(blockBytes)
      for (let read = readSync(fd, block, 0, blockBytes, this.#offset); read > 0; ) {
        this.#offset += read
        yield* this.#take(block.subarray(0, read))
        read = readSync(fd, block, 0, blockBytes, this.#offset)
      }
    } finally {
      closeSync(fd)
    }
  }

  /** Returns the unfinished last line, for a log that no longer grows. */
  rest(): LogLine[] {
    return this.#lines.rest()
  }

  *#take(bytes: Buffer): Generator<LogLine> {
    const all = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes])
    let from = 0
    for (let to = all.indexOf(10); to !== -1; to = all.indexOf(10, from)) {
      const chunk = parseChunk(all.toString('utf8', from, to))
      from = to + 1
      if (chunk !== undefined) yield* this.#lines.push(chunk)
    }
    this.#begun = Buffer.from(all.subarray(from))
  }
}

/** Parses a chunk; undefined if a kill truncated it. */
function parseChunk(line: string): Chunk | undefined {
  let json: ChunkJson
  try {
    json = JSON.parse(line) as ChunkJson
  } catch {
    return undefined
  }
  const { seq, stream_kind: kind, content, content_b64: exact, ts } = json
  const bytes = exact === undefined ? Buffer.from(content) : Buffer.from(exact, 'base64')
  return { seq, kind, content: bytes, ts: ts === null ? null : BigInt(ts) }
}

function openIfPresent(file: string): number | undefined {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
