import type { Chunk, StreamKind } from '@harmont/logs'
import type pg from 'pg'
import { shortLogChunks } from '../store.ts'

interface ChunkRow {
  seq: number
  kind: StreamKind
  /** A bigint, as text. */
  ts: string | null
  /** Base64: pg reads bytea as hex, which is longer and slower. */
  content: string
}

/** See `LogReader.read`. */
export async function readChunks(
  pool: pg.Pool,
  jobId: string,
  after: number,
  maxBytes: number,
): Promise<readonly Chunk[]> {
  const { rows } = await pool.query<ChunkRow>({
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

/** See `BuildStore.readShort`. */
export async function readShortLogs(
  pool: pg.Pool,
  jobIds: readonly string[],
  maxBytes: number,
): Promise<ReadonlyMap<string, readonly Chunk[]>> {
  const { rows } = await pool.query<{ job_id: string } & (ChunkRow | { seq: null })>({
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
  return new Map([...logs].map(([id, own]) => [id, own.flatMap((row) => (row.seq === null ? [] : chunkFromRow(row)))]))
}

function chunkFromRow({ seq, kind, ts, content }: ChunkRow): Chunk {
  return { seq, kind, content: Buffer.from(content, 'base64'), ts: ts === null ? null : BigInt(ts) }
}

/** See `LogReader.size`. */
export async function logSize(
  pool: pg.Pool,
  jobId: string,
): Promise<{ readonly lastSeq: number; readonly bytes: number }> {
  const { rows } = await pool.query<{ last_seq: number; bytes: string }>({
    name: 'engine-log-size',
    text: `select coalesce(max(seq), 0) as last_seq, coalesce(sum(length(content)) filter (where kind <> 2), 0) as bytes
      from engine.log_chunks where job_id = $1`,
    values: [jobId],
  })
  const [row] = rows
  return { lastSeq: row?.last_seq ?? 0, bytes: Number(row?.bytes ?? 0) }
}
