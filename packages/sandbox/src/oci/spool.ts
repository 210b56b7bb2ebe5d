import { type FileHandle, open } from 'node:fs/promises'
import type { OutputPiece } from '../driver.ts'

/**
 * The spool is conmon's k8s-file: records `TIME STREAM TAG CONTENT\n`, TAG `F` when the content was followed by a newline and `P`
 * when not (it was cut at conmon's buffer, or the output ended). Content never holds a newline, so any bytes come back as they were.
 */
const newline = 0x0a
const space = 0x20
const bytesPerRead = 256 * 1024
/** Records of one stream that follow each other closely make one piece, up to this size and age. */
const bytesPerPiece = 64 * 1024
const nanosecondsPerPiece = 5_000_000n

export interface SpoolRead {
  readonly pieces: readonly OutputPiece[]
  /** Bytes of the spool consumed: whole records only. */
  readonly consumed: number
}

/** Reads one spool from an offset on that lies between two records. */
export class SpoolReader {
  private offset: number
  private rest: Buffer = Buffer.alloc(0)
  private readonly file: FileHandle

  private constructor(file: FileHandle, offset: number) {
    this.file = file
    this.offset = offset
  }

  static async open(path: string, offset: number): Promise<SpoolReader> {
    return new SpoolReader(await open(path, 'r'), offset)
  }

  /** What came since the last call, up to 256 KiB of it; empty at the end of what is there now. */
  async next(): Promise<readonly OutputPiece[]> {
    for (;;) {
      const buffer = Buffer.allocUnsafe(bytesPerRead)
      const position = this.offset + this.rest.length
      const { bytesRead } = await this.file.read(buffer, 0, bytesPerRead, position)
      if (bytesRead === 0) return []
      const data =
        this.rest.length === 0
          ? buffer.subarray(0, bytesRead)
          : Buffer.concat([this.rest, buffer.subarray(0, bytesRead)])
      const { pieces, consumed } = parseRecords(data, this.offset)
      this.offset += consumed
      this.rest = data.subarray(consumed)
      if (pieces.length > 0) return pieces
    }
  }

  close(): Promise<void> {
    return this.file.close()
  }
}

/** Splits spool bytes that begin with a record into pieces. @param base the offset of the first byte in the spool. */
export function parseRecords(data: Buffer, base: number): SpoolRead {
  const pieces: OutputPiece[] = []
  let parts: Buffer[] = []
  let size = 0
  let stream: OutputPiece['stream'] = 'stdout'
  let ts = 0n
  let consumed = 0
  const flush = (): void => {
    if (size > 0)
      pieces.push({
        stream,
        bytes: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts),
        ts,
        nextOffset: base + consumed,
      })
    parts = []
    size = 0
  }
  for (;;) {
    const end = data.indexOf(newline, consumed)
    if (end === -1) break
    const timeEnd = data.indexOf(space, consumed)
    const streamEnd = data.indexOf(space, timeEnd + 1)
    const tagEnd = streamEnd + 2
    if (timeEnd === -1 || streamEnd === -1 || tagEnd >= end + 1 || data[tagEnd] !== space)
      throw new Error(`spool record at offset ${base + consumed} is not in conmon's format`)
    const recordStream = timeEnd + 7 === streamEnd && data[timeEnd + 4] === 0x65 ? 'stderr' : 'stdout'
    const recordTs = parseTime(data.toString('latin1', consumed, timeEnd))
    // With the newline that the record's own newline stands for.
    const content = data.subarray(tagEnd + 1, data[streamEnd + 1] === 0x46 ? end + 1 : end)
    if (
      size > 0 &&
      (recordStream !== stream || size + content.length > bytesPerPiece || recordTs - ts > nanosecondsPerPiece)
    )
      flush()
    if (size === 0) {
      stream = recordStream
      ts = recordTs
    }
    parts.push(content)
    size += content.length
    consumed = end + 1
  }
  flush()
  return { pieces, consumed }
}

let lastSecond = ''
let lastSecondNs = 0n

/** `2026-01-02T03:04:05.123456789+00:00` as Unix nanoseconds. */
function parseTime(text: string): bigint {
  // Most records share their second with the one before.
  const second = text.slice(0, 19) + text.slice(29)
  if (second !== lastSecond) {
    const ms = Date.parse(second)
    if (Number.isNaN(ms)) throw new Error(`time ${JSON.stringify(text)} of a spool record is not in conmon's format`)
    lastSecond = second
    lastSecondNs = BigInt(ms) * 1_000_000n
  }
  return lastSecondNs + BigInt(text.slice(20, 29))
}
