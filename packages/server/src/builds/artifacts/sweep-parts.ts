import type { Database } from '../../platform/database/transaction.ts'

const page = 2_000

/**
 * Removes the parts without an artifact that were not used since `before`. Keeps parts that a
 * running job may still report: `lackingParts` and `putPart` mark them as used after the job got
 * its lease. The job keeps that lease until the transaction that records its artifacts. Therefore a
 * part used since the oldest lease began is kept, even when an upload or a pause lasts long. A
 * lease that begins later marks its parts after that. PostgreSQL rechecks a row that is marked
 * while the deletion waits for it. The bytes are removed by the sweep of blobs. Returns how many
 * parts were removed.
 */
export async function sweepParts(database: Database, before: Date): Promise<number> {
  const unusedSince = await oldestUse(database, before)
  let removed = 0
  for (let after: string | null = ''; after !== null; ) {
    const { rows }: { rows: SweptPage[] } = await database.query<SweptPage>({
      name: 'sweep-artifact-parts',
      text: sweepPartsText,
      values: [unusedSince, after, page],
    })
    removed += rows[0]?.removed ?? 0
    after = rows[0]?.last ?? null
  }
  return removed
}

/** Returns the instant, or the beginning of the oldest lease if that is earlier. */
async function oldestUse(database: Database, before: Date): Promise<Date> {
  const { rows } = await database.query<{ since: Date }>({
    name: 'oldest-use-of-parts',
    // Allows for a small difference between the clocks of leases and of the database.
    text: `select least($1::timestamptz, min(coalesce(j.assigned_at, j.created_at)) - interval '1 hour') as since
             from engine.leases l join engine.jobs j on j.id = l.job_id`,
    values: [before],
  })
  return rows[0]?.since ?? before
}

interface SweptPage {
  /** The last digest examined; null when there was none. */
  readonly last: string | null
  readonly removed: number
}

// Uses `count`: for `exists`, the planner would read all artifacts for each part.
export const sweepPartsText = `with page as (
    select array(select digest from artifact_parts where digest > $2 order by digest limit $3) as digests),
  removed as (
    delete from artifact_parts p
     where p.digest = any((select digests from page)::text[]) and p.used_at < $1
       and (select count(*) from engine.artifacts a where a.parts @> array[p.digest]) = 0
    returning p.digest)
  select (select digests[cardinality(digests)] from page) as last,
         (select count(*)::int from removed) as removed`
