import { closeSync, openSync, readSync } from 'node:fs'
import type { OutputPiece } from '../sandbox-driver.ts'

/**
 * The spool is conmon's k8s-file: records `TIME STREAM TAG CONTENT`, each ended by a newline. TAG
 * is `F` if the content ended with a newline, and `P` if it did not (cut at conmon's buffer, or end
 * of output). Content never contains a newline, so arbitrary bytes are preserved.
 */
const newline = 0x0a
const space = 0x20
/** `2026-01-02T03:04:05.123456789+00:00` */
const timeBytes = 35
/** A time, `stdout` or `stderr`, and a tag of one letter, each followed by a space. */
const headBytes = timeBytes + 1 + 7 + 2
const bytesPerRead = 256 * 1024
/**
 * Buffers shared by all reads. Most reads find little or nothing, and a new buffer for each would
 * produce most of the garbage.
 */
const scratch = Buffer.allocUnsafeSlow(bytesPerRead)
const contents = Buffer.allocUnsafeSlow(bytesPerRead)
/** Consecutive records of one stream form one piece, up to this size and age. */
const bytesPerPiece = 64 * 1024
const nanosecondsPerPiece = 5_000_000n

export interface SpoolRead {
  readonly pieces: readonly OutputPiece[]
  /** Number of bytes of the spool that were parsed: complete records only. */
  readonly consumed: number
}

/** Reads a spool from an offset between two records. */
export class SpoolReader {
  private offset: number
  private readonly file: number

  /** Throws if there is no spool. */
  constructor(path: string, offset: number) {
    this.file = openSync(path, 'r')
    this.offset = offset
  }

  /** Returns the output since the last call, up to 256 KiB; empty at the current end. */
  next(): readonly OutputPiece[] {
    for (;;) {
      // Reads the start of an incomplete record again with its rest, which is cheaper than keeping
      // it.
      const bytesRead = readSync(this.file, scratch, 0, bytesPerRead, this.offset)
      const { pieces, consumed } = parseRecords(scratch.subarray(0, bytesRead), this.offset)
      if (consumed === 0 && bytesRead === bytesPerRead)
        throw new Error(`spool record at offset ${this.offset} is longer than any of conmon's`)
      this.offset += consumed
      if (pieces.length > 0 || consumed === 0) return pieces
    }
  }

  close(): void {
    closeSync(this.file)
  }
}

/**
 * Splits bytes of the spool into pieces. The bytes must begin with a record and come from one read.
 * The pieces are copies.
 * @param base the offset of the first byte in the spool.
 */
export function parseRecords(data: Buffer, base: number): SpoolRead {
  // Removes the record headers within one copy of the data, because slicing each record separately
  // would cost more than reading it.
  contents.set(data)
  const pieces: OutputPiece[] = []
  let stream: OutputPiece['stream'] = 'stdout'
  let ts = 0n
  let recordTs = 0n
  let timeAt = -1
  let consumed = 0
  let begin = 0
  let size = 0
  const flush = (): void => {
    if (size === 0) return
    pieces.push({ stream, bytes: Buffer.from(contents.subarray(begin, begin + size)), ts, nextOffset: base + consumed })
    begin += size
    size = 0
  }
  for (;;) {
    const end = data.indexOf(newline, consumed)
    if (end === -1) break
    const contentAt = consumed + headBytes
    if (end < contentAt || !isHead(data, consumed))
      throw new Error(`spool record at offset ${base + consumed} is not in conmon's format`)
    // One read by conmon results in many records with the same time.
    if (timeAt === -1 || !isEqual(data, timeAt, consumed)) {
      recordTs = parseTime(data.toString('latin1', consumed, consumed + timeBytes))
      timeAt = consumed
    }
    const recordStream = data[consumed + timeBytes + 4] === 0x65 ? 'stderr' : 'stdout'
    // A complete line includes its newline, which is also the end of the record.
    const contentEnd = data[contentAt - 2] === 0x46 ? end + 1 : end
    const length = contentEnd - contentAt
    if (size > 0 && (recordStream !== stream || size + length > bytesPerPiece || recordTs - ts > nanosecondsPerPiece))
      flush()
    if (size === 0) {
      stream = recordStream
      ts = recordTs
    }
    contents.copyWithin(begin + size, contentAt, contentEnd)
    size += length
    consumed = end + 1
  }
  flush()
  return { pieces, consumed }
}

/** Returns whether the data has a header `TIME STREAM TAG `, which has a fixed length. */
function isHead(data: Buffer, at: number): boolean {
  const streamAt = at + timeBytes + 1
  return (
    data[streamAt - 1] === space &&
    data[streamAt] === 0x73 && // `s` of stdout and stderr
    data[streamAt + 6] === space &&
    data[streamAt + 8] === space
  )
}

/** Compares from the end, where times usually differ. */
function isEqual(data: Buffer, time: number, other: number): boolean {
  for (let at = timeBytes - 1; at >= 0; at--) if (data[time + at] !== data[other + at]) return false
  return true
}

let lastSecond = ''
let lastSecondNs = 0n

/** Parses `2026-01-02T03:04:05.123456789+00:00` into Unix nanoseconds. */
function parseTime(text: string): bigint {
  // Most records share their second with the previous one.
  const second = text.slice(0, 19) + text.slice(29)
  if (second !== lastSecond) {
    const ms = Date.parse(second)
    if (Number.isNaN(ms)) throw new Error(`time ${JSON.stringify(text)} of a spool record is not in conmon's format`)
    lastSecond = second
    lastSecondNs = BigInt(ms) * 1_000_000n
  }
  return lastSecondNs + BigInt(text.slice(20, 29))
}
