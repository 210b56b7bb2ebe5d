import type { Chunk, StreamKind } from '@harmont/logs'
import type pg from 'pg'

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
  return rows.map(({ seq, kind, ts, content }) => ({
    seq,
    kind,
    content: Buffer.from(content, 'base64'),
    ts: ts === null ? null : BigInt(ts),
  }))
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
