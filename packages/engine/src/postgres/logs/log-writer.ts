import type { Chunk } from '@harmont/logs'
import type pg from 'pg'
import { type LogSegments, type SegmentPlace, segmentBytes } from '../../log-segments.ts'
import { gap } from '../../memory/log-buffer.ts'
import type { LogRef } from '../../store.ts'
import { isSameLease } from '../values.ts'

interface Append {
  readonly lease: LogRef
  readonly chunks: readonly Chunk[]
  readonly spoolPosition: string
  /** Null means that the chunks become rows. Undefined means that the segment is being written. */
  segment: SegmentPlace | null | undefined
  resolve(held: boolean): void
  reject(error: unknown): void
}

const mostBytesAtOnce = 4 * 1024 * 1024
/**
 * Size of the batches of a long log. Their buffer is reused: a new buffer for each batch would
 * produce garbage at the speed of the log.
 */
const keptBytes = 512 * 1024

/** The table in which a writer reads and updates the positions of logs. */
export interface LogPlaces {
  /** Name of the prepared statement. */
  readonly name: string
  readonly table: string
  /** Column with the log's id. */
  readonly id: string
  /** Alias of the row of the lease that must be held. */
  readonly lease: 'l' | 'held'
  /**
   * SQL that joins the lease that must be held, and protects it from ending during the statement.
   */
  readonly guard: { readonly join: string; readonly lock: string }
}

// Leases are locked in the order of their ids both here and in `renew`, so that two statements
// never deadlock.
const appendText = ({ table, id, lease, guard }: LogPlaces) => `with
  wanted as (
    select * from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::text[], $12::uuid[])
      as w(job_id, fence, first_seq, new_seq, spool_position, lease_id)),
  held as (
    select w.*, l.last_seq from ${table} l join wanted w on w.job_id = l.${id} and w.fence = l.fence ${guard.join}
    where ${isSameLease(`${lease}.lease_id`, 'w.lease_id')}
    order by l.${id} for update of l ${guard.lock}),
  moved as (
    update ${table} l set last_seq = coalesce(h.new_seq, h.last_seq), spool_position = h.spool_position from held h
    where l.${id} = h.job_id and (h.first_seq is null or h.first_seq = h.last_seq + 1)
    returning l.${id} as job_id),
  kept as (
    insert into engine.log_chunks (job_id, seq, kind, ts, content, places, blob, bytes)
    select c.job_id, c.seq, c.kind, c.ts, case when c.blob is null then substring($15::bytea from c.start for c.length) end,
      case when c.blob is not null then substring($15::bytea from c.start for c.length) end, c.blob, c.bytes
    from unnest($6::uuid[], $7::int[], $8::smallint[], $9::bigint[], $10::int[], $11::int[], $13::text[], $14::int[])
      as c(job_id, seq, kind, ts, start, length, blob, bytes)
    join moved m on m.job_id = c.job_id)
  select job_id, last_seq from held`

/** Receives notice of stored chunks. */
export interface Stored {
  /** The log has new chunks. */
  appended(jobId: string): void
  /** These chunks became a segment of the log. */
  segment(jobId: string, chunks: readonly Chunk[]): void
}

/**
 * Writes the appends of many jobs: those that arrive during a statement share the next one. A large
 * append is first written as a segment, which delays only later appends of the same log.
 */
export class LogWriter {
  readonly #pool: pg.Pool
  readonly #statement: { readonly name: string; readonly text: string }
  readonly #stored: Stored
  readonly #segments: LogSegments | null
  readonly #segmentsUnderWay = new Set<Promise<void>>()
  #waiting: Append[] = []
  #writing: Promise<void> | null = null
  #kept: Buffer | null = null

  constructor(pool: pg.Pool, places: LogPlaces, segments: LogSegments | null, stored: Stored) {
    this.#pool = pool
    this.#segments = segments
    this.#statement = { name: places.name, text: appendText(places) }
    this.#stored = stored
  }

  /** Implements `LogStore.append`. */
  append(lease: LogRef, chunks: readonly Chunk[], spoolPosition: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const append: Append = { lease, chunks, spoolPosition, segment: null, resolve, reject }
      this.#waiting.push(append)
      if (this.#segments !== null && sizeOf(chunks) >= segmentBytes) this.#startSegment(append, this.#segments)
      this.#writing ??= this.#writeAll()
    })
  }

  /** Resolves when no write is in progress. */
  async idle(): Promise<void> {
    while (this.#writing !== null || this.#segmentsUnderWay.size > 0)
      await Promise.all([this.#writing, ...this.#segmentsUnderWay])
  }

  #startSegment(append: Append, segments: LogSegments): void {
    append.segment = undefined
    const underWay = segments
      .write(append.chunks)
      .then(
        (place) => {
          append.segment = place
        },
        (error) => {
          this.#waiting = this.#waiting.filter((other) => other !== append)
          append.reject(error)
        },
      )
      .then(() => {
        this.#segmentsUnderWay.delete(underWay)
        this.#writing ??= this.#writeAll()
      })
    this.#segmentsUnderWay.add(underWay)
  }

  async #writeAll(): Promise<void> {
    await new Promise(setImmediate)
    for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch()) {
      try {
        await this.#write(batch)
      } catch (error) {
        for (const append of batch) append.reject(error)
      }
    }
    this.#writing = null
  }

  /**
   * Takes as many appends as fit, at most one per job, because a second one depends on the first.
   * Skips appends whose segment is being written.
   */
  #takeBatch(): readonly Append[] {
    const batch: Append[] = []
    const later: Append[] = []
    const jobs = new Set<string>()
    let bytes = 0
    for (const append of this.#waiting) {
      const size = append.segment?.places.length ?? sizeOf(append.chunks)
      const fits = batch.length === 0 || bytes + size <= mostBytesAtOnce
      if (fits && append.segment !== undefined && !jobs.has(append.lease.jobId)) {
        batch.push(append)
        bytes += size
      } else later.push(append)
      jobs.add(append.lease.jobId)
    }
    this.#waiting = later
    return batch
  }

  async #write(batch: readonly Append[]): Promise<void> {
    const added = batch.flatMap(rowsOf)
    let start = 1
    const starts = added.map(({ content }) => {
      const here = start
      start += content.length
      return here
    })
    const { rows } = await this.#pool.query<{ job_id: string; last_seq: number }>({
      ...this.#statement,
      values: [
        batch.map(({ lease }) => lease.jobId),
        batch.map(({ lease }) => lease.fence),
        batch.map((append) => append.chunks[0]?.seq ?? null),
        batch.map((append) => append.chunks.at(-1)?.seq ?? null),
        batch.map(({ spoolPosition }) => spoolPosition),
        added.map(({ jobId }) => jobId),
        added.map(({ seq }) => seq),
        added.map(({ kind }) => kind),
        added.map(({ ts }) => ts),
        starts,
        added.map(({ content }) => content.length),
        batch.map(({ lease }) => lease.leaseId ?? null),
        added.map(({ blob }) => blob),
        added.map(({ bytes }) => bytes),
        // This is the last value, because after a large one pg reallocates its message at 1.5 times
        // the size for further values.
        this.#together(added.map(({ content }) => content)),
      ],
    })
    const before = new Map(rows.map((row) => [row.job_id, row.last_seq]))
    for (const append of batch) this.#answer(append, before.get(append.lease.jobId))
  }

  /** Joins contents. The result is valid until the next call. */
  #together(contents: readonly Buffer[]): Buffer {
    const size = contents.reduce((sum, { length }) => sum + length, 0)
    if (size > keptBytes) return Buffer.concat(contents)
    this.#kept ??= Buffer.allocUnsafeSlow(keptBytes)
    let at = 0
    for (const content of contents) {
      this.#kept.set(content, at)
      at += content.length
    }
    return this.#kept.subarray(0, size)
  }

  #answer({ lease, chunks, segment, resolve, reject }: Append, lastSeq: number | undefined): void {
    const [first] = chunks
    const last = chunks.at(-1)
    if (first !== undefined && first.seq - 1 === lastSeq) {
      this.#stored.appended(lease.jobId)
      if (segment != null) this.#stored.segment(lease.jobId, chunks)
      resolve(true)
      return
    }
    if (segment != null) void this.#segments?.remove(segment)
    if (lastSeq === undefined) resolve(false)
    else if (first === undefined || last === undefined || last.seq <= lastSeq) resolve(true)
    else reject(gap(lastSeq, first.seq))
  }
}

function sizeOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { content }) => sum + content.length, 0)
}

/** A row of the table of chunks. */
interface Row extends Chunk {
  readonly jobId: string
  /** Blob of a segment, whose places are the content; null for a chunk. */
  readonly blob: string | null
  readonly bytes: number | null
}

/** Returns the rows that an append adds. */
function rowsOf({ lease: { jobId }, chunks, segment }: Append): readonly Row[] {
  const last = chunks.at(-1)
  if (last === undefined || segment == null)
    return chunks.map((chunk) => ({ jobId, ...chunk, blob: null, bytes: null }))
  const { blob, bytes, places: content } = segment
  return [{ jobId, seq: last.seq, kind: 0, ts: null, content, blob, bytes }]
}
