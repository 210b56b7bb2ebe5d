import type { Chunk, StreamKind } from '@harmont/logs'
import type pg from 'pg'
import type { Instant } from '../core/model.ts'
import type { LeaseRef } from '../port.ts'
import { remarkLine } from '../remark-line.ts'
import { type LogStore, shortLogChunks } from '../store.ts'
import { LogWriter } from './log-writer.ts'
import { storable } from './values.ts'

interface ChunkRow {
  readonly seq: number
  readonly kind: StreamKind
  /** A bigint, as text. */
  readonly ts: string | null
  /** Base64: pg reads bytea as hex, which is longer and slower. */
  readonly content: string
}

export class PostgresLogs implements LogStore {
  readonly #pool: pg.Pool
  readonly #writer: LogWriter
  readonly #tell: (jobId: string) => void

  /** `tell` announces a job that has new chunks. */
  constructor(pool: pg.Pool, tell: (jobId: string) => void) {
    this.#pool = pool
    this.#writer = new LogWriter(pool, tell)
    this.#tell = tell
  }

  append(lease: LeaseRef, chunks: readonly Chunk[], spoolPosition: string): Promise<boolean> {
    return this.#writer.append(lease, chunks, spoolPosition)
  }

  async remark(jobId: string, text: string, at: Instant): Promise<void> {
    const { rowCount } = await this.#pool.query(
      `insert into engine.log_chunks (job_id, seq, kind, ts, content)
        select $1, coalesce((select max(seq) from engine.log_chunks where job_id = $1), 0) + 1, 2, $2, convert_to($3, 'UTF8')
        where not exists (select from engine.leases where job_id = $1)`,
      [jobId, BigInt(at) * 1_000_000n, storable(remarkLine(text))],
    )
    if (rowCount === 0) throw new Error(`job ${jobId} is leased: its runner writes its log`)
    this.#tell(jobId)
  }

  async read(jobId: string, after: number, maxBytes: number): Promise<readonly Chunk[]> {
    const { rows } = await this.#pool.query<ChunkRow>({
      name: 'engine-read-chunks',
      // The sizes first: a long log is not fetched to be thrown away.
      text: `with sized as (
          select seq, sum(length(content)) over (order by seq) as bytes from (
            select seq, content from engine.log_chunks where job_id = $1 and seq > $2 order by seq limit 5000) c)
        select c.seq, c.kind, c.ts, encode(c.content, 'base64') as content from engine.log_chunks c join sized s on s.seq = c.seq
        where c.job_id = $1 and (s.bytes <= $3 or s.seq = (select min(seq) from sized)) order by c.seq`,
      values: [jobId, after, maxBytes],
    })
    return rows.map(chunkFromRow)
  }

  async readShort(jobIds: readonly string[], maxBytes: number): Promise<ReadonlyMap<string, readonly Chunk[]>> {
    const { rows } = await this.#pool.query<{ job_id: string } & (ChunkRow | { seq: null })>({
      name: 'engine-read-short-logs',
      text: `select w.job_id, c.seq, c.kind, c.ts, encode(c.content, 'base64') as content from unnest($1::uuid[]) as w(job_id)
        cross join lateral (
          select count(*) as chunks, coalesce(sum(length(content)), 0) as bytes from (
            select content from engine.log_chunks l where l.job_id = w.job_id order by l.seq limit $3 + 1) few) s
        left join engine.log_chunks c on c.job_id = w.job_id
        where s.chunks <= $3 and s.bytes <= $2 order by w.job_id, c.seq`,
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
      text: `select coalesce(max(seq), 0) as last_seq, coalesce(sum(length(content)) filter (where kind <> 2), 0) as bytes
        from engine.log_chunks where job_id = $1`,
      values: [jobId],
    })
    const [row] = rows
    return { lastSeq: row?.last_seq ?? 0, bytes: Number(row?.bytes ?? 0) }
  }

  async drop(jobId: string, throughSeq: number): Promise<void> {
    await this.#pool.query('delete from engine.log_chunks where job_id = $1 and seq <= $2', [jobId, throughSeq])
  }

  /** Resolves when nothing is being written. */
  idle(): Promise<void> {
    return this.#writer.idle()
  }
}

function chunkFromRow({ seq, kind, ts, content }: ChunkRow): Chunk {
  return { seq, kind, content: Buffer.from(content, 'base64'), ts: ts === null ? null : BigInt(ts) }
}
