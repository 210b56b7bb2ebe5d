import type { Chunk, StreamKind } from '@harmont/logs'
import type pg from 'pg'
import type { Instant } from '../../core/model.ts'
import type { LogSegments, SegmentPlace } from '../../log-segments.ts'
import { remarkLine } from '../../remark-line.ts'
import { type OpenServiceLog, serviceLogId } from '../../service-log.ts'
import { type LogRef, type LogStore, shortLogChunks } from '../../store.ts'
import { isSameLease, storable } from '../values.ts'
import { type LogPlaces, LogWriter, type Stored } from './log-writer.ts'

interface ChunkRow {
  readonly seq: number
  readonly kind: StreamKind
  /** A bigint as text. */
  readonly ts: string | null
  /** Base64: pg reads bytea as hex, which is longer and slower. */
  readonly content: string
}

/** A chunk, or a segment with its places as the content and the seq of its last chunk. */
interface StoredRow extends ChunkRow {
  readonly blob: string | null
}

const logsOfJobs: LogPlaces = {
  name: 'engine-append',
  table: 'engine.leases',
  id: 'job_id',
  lease: 'l',
  guard: { join: '', lock: '' },
}

const logsOfServices: LogPlaces = {
  name: 'engine-append-to-services',
  table: 'engine.service_logs',
  id: 'id',
  lease: 'held',
  guard: {
    join: 'join engine.leases held on held.job_id = l.job_id and held.fence = l.fence',
    lock: 'for key share of held',
  },
}

/**
 * Maximum number of chunks per read, because the size of each chunk is examined whatever the
 * request.
 */
const mostChunks = 500

export class PostgresLogs implements LogStore {
  readonly #pool: pg.Pool
  readonly #writer: LogWriter
  readonly #services: LogWriter
  readonly #segments: LogSegments | null
  readonly #tell: (jobId: string) => void
  #onSegment: Stored['segment'] = () => {}

  /** `tell` announces a job with new chunks. */
  constructor(pool: pg.Pool, segments: LogSegments | null, tell: (jobId: string) => void) {
    this.#pool = pool
    this.#segments = segments
    const stored: Stored = { appended: tell, segment: (jobId, chunks) => this.#onSegment(jobId, chunks) }
    this.#writer = new LogWriter(pool, logsOfJobs, segments, stored)
    this.#services = new LogWriter(pool, logsOfServices, segments, stored)
    this.#tell = tell
  }

  /** Calls the listener with the chunks of each segment that this process adds to a log. There is one. */
  onSegment(listener: Stored['segment']): void {
    this.#onSegment = listener
  }

  append({ service, ...lease }: LogRef, chunks: readonly Chunk[], spoolPosition: string): Promise<boolean> {
    if (service === undefined) return this.#writer.append(lease, chunks, spoolPosition)
    const jobId = serviceLogId(lease.jobId, service)
    return this.#services.append({ ...lease, jobId }, chunks, spoolPosition)
  }

  async openService(
    { jobId, fence, leaseId = null, service }: LogRef & { readonly service: string },
    isNew: boolean,
  ): Promise<OpenServiceLog | null> {
    const { rows } = await this.#pool.query<{ last_seq: number; spool_position: string }>({
      name: 'engine-open-service-log',
      text: `with held as (
          select job_id from engine.leases where job_id = $2 and fence = $3 and ${isSameLease('lease_id', '$6::uuid')} for key share)
        insert into engine.service_logs as s (id, job_id, name, fence, last_seq, spool_position)
        select $1, job_id, $4, $3, 0, '0' from held
        on conflict (id) do update set spool_position = case when s.fence = excluded.fence and not $5 then s.spool_position else '0' end,
          fence = excluded.fence
        returning last_seq, spool_position`,
      values: [serviceLogId(jobId, service), jobId, fence, service, isNew, leaseId],
    })
    const [row] = rows
    if (row === undefined) return null
    const { last_seq: lastSeq, spool_position: spoolPosition } = row
    const logBytes = lastSeq === 0 ? 0 : (await this.size(serviceLogId(jobId, service))).bytes
    return { lastSeq, spoolPosition, logBytes }
  }

  async remark(jobId: string, text: string, at: Instant): Promise<void> {
    const { rowCount } = await this.#pool.query(
      `insert into engine.log_chunks (job_id, seq, kind, ts, content)
        select $1, coalesce((select max(seq) from engine.log_chunks where job_id = $1), 0) + 1, 2, $2, convert_to($3, 'UTF8')
        where not exists (select from engine.leases where job_id = $1)`,
      [jobId, BigInt(at) * 1_000_000n, storable(remarkLine(text))],
    )
    if (rowCount === 0) throw new Error(`job ${jobId} is leased, so only its runner may write its log`)
    this.#tell(jobId)
  }

  async read(jobId: string, after: number, maxBytes: number): Promise<readonly Chunk[]> {
    const { rows } = await this.#pool.query<StoredRow>({
      name: 'engine-read-chunks',
      // Reads the sizes first, so that unneeded chunks of a long log are not fetched.
      text: `with sized as (
          select seq, sum(coalesce(bytes, length(content))) over (order by seq) as bytes from (
            select seq, content, bytes from engine.log_chunks where job_id = $1 and seq > $2 order by seq limit ${mostChunks}) c)
        select c.seq, c.kind, c.ts, encode(coalesce(c.content, c.places), 'base64') as content, c.blob from engine.log_chunks c join sized s on s.seq = c.seq
        where c.job_id = $1 and (s.bytes <= $3 or s.seq = (select min(seq) from sized)) order by c.seq`,
      values: [jobId, after, maxBytes],
    })
    const [first] = rows
    if (first?.blob != null) return this.#readSegment(first.blob, first, after, maxBytes)
    const segment = rows.findIndex(({ blob }) => blob !== null)
    return (segment === -1 ? rows : rows.slice(0, segment)).map(chunkFromRow)
  }

  #readSegment(blob: string, { content }: StoredRow, after: number, maxBytes: number): Promise<readonly Chunk[]> {
    if (this.#segments === null) throw new Error(`the log has the segment ${blob}, but this store cannot read segments`)
    return this.#segments.read({ blob, places: Buffer.from(content, 'base64') }, after, maxBytes)
  }

  /** Returns the segments of a log in their order. */
  async segments(jobId: string): Promise<readonly Pick<SegmentPlace, 'blob' | 'places'>[]> {
    const { rows } = await this.#pool.query<{ blob: string; places: string }>({
      name: 'engine-log-segments',
      text: `select blob, encode(places, 'base64') as places from engine.log_chunks where job_id = $1 and blob is not null order by seq`,
      values: [jobId],
    })
    return rows.map(({ blob, places }) => ({ blob, places: Buffer.from(places, 'base64') }))
  }

  async readShort(jobIds: readonly string[], maxBytes: number): Promise<ReadonlyMap<string, readonly Chunk[]>> {
    const { rows } = await this.#pool.query<{ job_id: string } & (ChunkRow | { seq: null })>({
      name: 'engine-read-short-logs',
      text: `select w.job_id, c.seq, c.kind, c.ts, encode(c.content, 'base64') as content from unnest($1::uuid[]) as w(job_id)
        cross join lateral (
          select count(*) as chunks, coalesce(sum(length(content)), 0) as bytes, count(blob) as segments from (
            select content, blob from engine.log_chunks l where l.job_id = w.job_id order by l.seq limit $3 + 1) few) s
        left join engine.log_chunks c on c.job_id = w.job_id
        where s.chunks <= $3 and s.bytes <= $2 and s.segments = 0 order by w.job_id, c.seq`,
      values: [jobIds, maxBytes, shortLogChunks],
    })
    const logs = Map.groupBy(rows, (row) => row.job_id)
    return new Map(
      [...logs].map(([id, own]) => [id, own.flatMap((row) => (row.seq === null ? [] : chunkFromRow(row)))]),
    )
  }

  async size(jobId: string): Promise<{ readonly lastSeq: number; readonly bytes: number }> {
    const { rows } = await this.#pool.query<{ last_seq: number; bytes: string }>({
      name: 'engine-log-size',
      text: `select coalesce(max(seq), 0) as last_seq, coalesce(sum(coalesce(bytes, length(content))) filter (where kind <> 2), 0) as bytes
        from engine.log_chunks where job_id = $1`,
      values: [jobId],
    })
    const [row] = rows
    return { lastSeq: row?.last_seq ?? 0, bytes: Number(row?.bytes ?? 0) }
  }

  async drop(jobId: string, throughSeq: number): Promise<void> {
    await this.#pool.query('delete from engine.log_chunks where job_id = $1 and seq <= $2', [jobId, throughSeq])
  }

  /** Resolves when no write is in progress. */
  idle(): Promise<void> {
    return Promise.all([this.#writer.idle(), this.#services.idle()]).then(() => undefined)
  }
}

function chunkFromRow({ seq, kind, ts, content }: ChunkRow): Chunk {
  return { seq, kind, content: Buffer.from(content, 'base64'), ts: ts === null ? null : BigInt(ts) }
}
