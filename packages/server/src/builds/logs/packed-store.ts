import type { JobState } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'

/**
 * A packed log as it is stored. Its bytes are in the blob or, if few, in `small`. If the log was
 * packed while it was written, they are in the blobs of its parts, and the last few in `small`.
 */
export interface PackedRow {
  readonly blob: string | null
  readonly small: Buffer | null
  readonly parts: readonly string[] | null
  readonly index: Buffer
}

/** A log that was removed. */
export interface Removal {
  readonly at: Date
  readonly keptDays: number
  /** The last seq and the size in bytes that the log had. */
  readonly lastSeq: number
  readonly bytes: number
}

export interface PackedFacts {
  readonly lastSeq: number
  readonly bytes: number
  readonly lines: number
}

/** Finds a packed log, or one that was removed afterwards; undefined for any other. */
export async function findPacked(database: Database, jobId: string): Promise<PackedRow | Removal | undefined> {
  const { rows } = await database.query<
    PackedRow & { removed_at: Date | null; kept_days: number; last_seq: number; bytes: string }
  >({
    name: 'find-packed-log',
    text: `select blob, small, index, removed_at, kept_days, last_seq, bytes,
        case when parts is not null then array(select blob from packed_log_parts where job_id = $1 order by place) end as parts
      from packed_logs where job_id = $1`,
    values: [jobId],
  })
  const [row] = rows
  if (row === undefined || row.removed_at === null) return row
  return { at: row.removed_at, keptDays: row.kept_days, lastSeq: row.last_seq, bytes: Number(row.bytes) }
}

/** A log that is due for packing. `state` is null if the job was deleted. */
export interface Unpacked {
  readonly jobId: string
  readonly state: JobState | null
}

/**
 * Locks the unlocked logs that have waited longest for packing. The transaction must be short:
 * readers of events wait for its end.
 */
export async function lockUnpacked(database: Database, limit: number): Promise<readonly Unpacked[]> {
  const { rows } = await database.query<Unpacked>({
    name: 'lock-unpacked-logs',
    text: `select u.job_id as "jobId", j.state from unpacked_logs u
      left join engine.log_jobs l on l.id = u.job_id left join engine.jobs j on j.id = l.job_id
      where u.pack_after <= now() order by u.pack_after limit $1 for update of u skip locked`,
    values: [limit],
  })
  return rows
}

/**
 * Postpones locked logs for an hour. Until then, only the caller packs them. Returns the time to
 * which they are postponed, which no other process can postpone them to.
 */
export async function postponeUnpacked(database: Database, jobIds: readonly string[]): Promise<string> {
  const { rows } = await database.query<{ until: string }>({
    name: 'postpone-unpacked-logs',
    text: `update unpacked_logs set pack_after = now() + interval '1 hour' where job_id = any($1)
           returning pack_after::text as until`,
    values: [jobIds],
  })
  const [row] = rows
  if (row === undefined) throw new Error('the locked logs are no longer to be packed')
  return row.until
}

/** A log that was packed. */
export interface Packed {
  readonly jobId: string
  readonly row: PackedRow
  readonly facts: PackedFacts
}

/** Logs that a process has dealt with since it postponed them. */
interface Done {
  readonly jobIds: readonly string[]
  /** The time to which they were postponed. */
  readonly until: string
}

/**
 * Ends the packing of logs, and replaces the chunks with the packed logs. Ignores logs whose time
 * is over, since another process may pack them. Also replaces empty logs that an earlier release
 * packed for jobs which waited again after their build's time-out.
 */
export async function keepPacked(database: Database, done: Done, packed: readonly Packed[]): Promise<void> {
  const parts = packed.flatMap(({ jobId, row }) => (row.parts ?? []).map((blob, place) => ({ jobId, place, blob })))
  await database.query({
    name: 'keep-packed-logs',
    text: `with done as (
        delete from unpacked_logs where job_id = any($12) and pack_after = $13::timestamptz and pack_after > now() returning job_id),
      packed as (
        select p.* from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::int[], $6::bigint[], $7::int[], $8::int[])
          as p(job_id, blob, small, index, last_seq, bytes, lines, parts) join done d on d.job_id = p.job_id),
      kept as (
        insert into packed_logs (job_id, blob, small, index, last_seq, bytes, lines, parts, of_job)
        select p.*, l.job_id from packed p join engine.log_jobs l on l.id = p.job_id
        on conflict (job_id) do update set blob = excluded.blob, small = excluded.small, index = excluded.index, last_seq = excluded.last_seq,
          bytes = excluded.bytes, lines = excluded.lines, parts = excluded.parts, packed_at = now()
        returning job_id),
      named as (
        insert into packed_log_parts (job_id, place, blob)
        select p.job_id, p.place, p.blob from unnest($9::uuid[], $10::int[], $11::text[]) as p(job_id, place, blob)
        join kept k on k.job_id = p.job_id)
      delete from engine.log_chunks c using packed p where c.job_id = p.job_id and c.seq <= p.last_seq`,
    values: [
      packed.map(({ jobId }) => jobId),
      packed.map(({ row }) => row.blob),
      packed.map(({ row }) => row.small),
      packed.map(({ row }) => row.index),
      packed.map(({ facts }) => facts.lastSeq),
      packed.map(({ facts }) => facts.bytes),
      packed.map(({ facts }) => facts.lines),
      packed.map(({ row }) => row.parts?.length ?? null),
      parts.map(({ jobId }) => jobId),
      parts.map(({ place }) => place),
      parts.map(({ blob }) => blob),
      done.jobIds,
      done.until,
    ],
  })
}

export async function jobState(database: Database, jobId: string): Promise<JobState> {
  const { rows } = await database.query<{ state: JobState }>({
    name: 'job-state',
    text: 'select j.state from engine.log_jobs l join engine.jobs j on j.id = l.job_id where l.id = $1',
    values: [jobId],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`the job ${jobId} was deleted while its log was being read`)
  return row.state
}
