import { isUtf8 } from 'node:buffer'

/** A stored and transmitted piece of a job's log (`logs.md` 1, `http.md` 8.2). */
export interface Chunk {
  /** Number of the chunk within its job, from 1, without gaps. */
  readonly seq: number
  readonly kind: StreamKind
  /** At most 32 KiB; ends on a character boundary where the bytes are UTF-8. */
  readonly content: Buffer
  /** Time of reading in Unix nanoseconds; null if unknown. */
  readonly ts: bigint | null
}

/** 0 stdout, 1 stderr, 2 the server's own remarks. */
export type StreamKind = 0 | 1 | 2

export const MAX_CHUNK_BYTES = 32 * 1024

/** Reads stored chunks. Writes go through the engine, which checks the fencing number. */
export interface LogReader {
  /**
   * Returns the chunks with seq > `after` in ascending order: at most `maxBytes` of content, but at
   * least one chunk if any exists.
   */
  read(jobId: string, after: number, maxBytes: number): Promise<readonly Chunk[]>
  /** Returns the last seq, 0 for an empty log, and the number of bytes of kinds 0 and 1. */
  size(jobId: string): Promise<{ readonly lastSeq: number; readonly bytes: number }>
}

/**
 * Returns a chunk as the JSON of the log stream (`http.md` 8.2). The JSON is built as text because
 * a double cannot hold `ts` in nanoseconds exactly. Bytes that are not UTF-8 are U+FFFD in
 * `content` and exact in `content_b64`.
 */
export function chunkJson({ seq, kind, content, ts }: Chunk): string {
  const exact = isUtf8(content) ? '' : `,"content_b64":"${content.toString('base64')}"`
  return `{"seq":${seq},"stream_kind":${kind},"content":${JSON.stringify(content.toString('utf8'))},"ts":${ts ?? 'null'}${exact}}`
}
