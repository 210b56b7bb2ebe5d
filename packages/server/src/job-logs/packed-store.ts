import type { JobState } from '@harmont/engine'
import type { Database } from '../database/transaction.ts'
import type { Removal } from './removed-log.ts'

/** A packed log as it is kept. Its bytes are in the blob or, when they are few, in `small`. */
export interface PackedRow {
  readonly blob: string | null
  readonly small: Buffer | null
  readonly index: Buffer
}

export interface PackedFacts {
  readonly lastSeq: number
  readonly bytes: number
  readonly lines: number
  readonly firstErrorLine: number | null
}

/** What is kept of a log that is packed, or was removed since; undefined for any other. */
export async function findPacked(database: Database, jobId: string): Promise<PackedRow | Removal | undefined> {
  const { rows } = await database.query<
    PackedRow & { removed_at: Date | null; kept_days: number; last_seq: number; bytes: string }
  >({
    name: 'find-packed-log',
    text: 'select blob, small, index, removed_at, kept_days, last_seq, bytes from packed_logs where job_id = $1',
    values: [jobId],
  })
  const [row] = rows
  if (row === undefined || row.removed_at === null) return row
  return { at: row.removed_at, keptDays: row.kept_days, lastSeq: row.last_seq, bytes: Number(row.bytes) }
}

/** What is known of each of these logs, packed or not; one that no job has is not among them. */
export async function findFacts(
  database: Database,
  jobIds: readonly string[],
): Promise<
  readonly { readonly id: string; readonly isOver: boolean; readonly packed: Omit<PackedFacts, 'lastSeq'> | null }[]
> {
  const { rows } = await database.query<{
    id: string
    is_over: boolean
    bytes: string | null
    lines: number | null
    first_error_line: number | null
  }>({
    name: 'find-log-facts',
    text: `select j.id, j.state in ('passed', 'failed', 'skipped', 'canceled', 'timed_out') as is_over,
                  case when p.removed_at is null then p.bytes else 0 end as bytes,
                  case when p.removed_at is null then p.lines else 0 end as lines,
                  case when p.removed_at is null then p.first_error_line end as first_error_line
             from engine.jobs j left join packed_logs p on p.job_id = j.id
            where j.id = any($1::uuid[])`,
    values: [jobIds],
  })
  return rows.map(({ id, is_over: isOver, bytes, lines, first_error_line: firstErrorLine }) => ({
    id,
    isOver,
    packed: bytes === null || lines === null ? null : { bytes: Number(bytes), lines, firstErrorLine },
  }))
}

/** The log that waits longest for its packing, locked until the transaction ends; undefined when none waits that nobody packs. */
export async function lockUnpacked(
  database: Database,
): Promise<{ readonly jobId: string; readonly state: JobState | null } | undefined> {
  const { rows } = await database.query<{ job_id: string; state: JobState | null }>(
    `select u.job_id, j.state from unpacked_logs u left join engine.jobs j on j.id = u.job_id
      where u.pack_after <= now() order by u.pack_after limit 1 for update of u skip locked`,
  )
  const [row] = rows
  return row === undefined ? undefined : { jobId: row.job_id, state: row.state }
}

/** The packed form takes the place of the chunks, and of the empty one that an earlier release gave to jobs which waited again after a time-out of their build. */
export async function keepPacked(
  database: Database,
  jobId: string,
  { blob, small, index }: PackedRow,
  { lastSeq, bytes, lines, firstErrorLine }: PackedFacts,
): Promise<void> {
  await database.query(
    `insert into packed_logs (job_id, blob, small, index, last_seq, bytes, lines, first_error_line) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (job_id) do update set blob = $2, small = $3, index = $4, last_seq = $5, bytes = $6, lines = $7, first_error_line = $8, packed_at = now()`,
    [jobId, blob, small, index, lastSeq, bytes, lines, firstErrorLine],
  )
  await database.query('delete from engine.log_chunks where job_id = $1 and seq <= $2', [jobId, lastSeq])
}

export async function removeUnpacked(database: Database, jobId: string): Promise<void> {
  await database.query('delete from unpacked_logs where job_id = $1', [jobId])
}

export async function postponeUnpacked(database: Database, jobId: string): Promise<void> {
  await database.query("update unpacked_logs set pack_after = now() + interval '1 hour' where job_id = $1", [jobId])
}
