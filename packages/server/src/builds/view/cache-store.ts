import type { CacheLookUp, LookUpInputs } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'

/** What a cached step was looked up with, and what there is to compare that with. */
export interface LookUpRow {
  readonly job_id: string
  readonly inputs: LookUpInputs
  readonly hit: { readonly origin: NonNullable<CacheLookUp['hit']>['origin']; readonly createdAt: string } | null
  /** How long the job ran that made what was hit; null where that is not known. */
  readonly saved_ms: number | null
  /** Of the newest job before this one that left an entry under the step's name; null for none. */
  readonly previous: LookUpInputs | null
  /** An earlier job left an entry under this very key. */
  readonly was_there: boolean
  readonly damaged: boolean
}

/** The look-ups of many jobs, by job, in one query. */
export async function findLookUps(
  database: Database,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, LookUpRow>> {
  if (jobIds.length === 0) return new Map()
  const { rows } = await database.query<LookUpRow>({
    name: 'find-look-ups',
    // Questions about single jobs, each answered by an index: a join would be weighed as a reading of all jobs that there are.
    text: `select l.job_id, l.inputs, l.hit, l.damaged, p.inputs as previous,
                  (select (extract(epoch from o.finished_at - o.started_at) * 1000)::float8 from engine.jobs o
                    where o.id = (l.hit->'origin'->>'job')::uuid) as saved_ms,
                  l.hit is null and exists (
                    select from engine.cache_look_ups k where k.key = l.key and k.place = any(l.places) and k.at < l.at
                       and (select j.state from engine.jobs j where j.id = k.job_id) = 'passed') as was_there
             from engine.cache_look_ups l
             left join lateral (
               select newest.inputs from unnest(l.places) as s(place) cross join lateral (
                 select b.inputs, b.at from engine.cache_look_ups b where b.place = s.place and b.at < l.at
                    and (select j.state from engine.jobs j where j.id = b.job_id) = 'passed' order by b.at desc limit 1) newest
                where l.hit is null order by newest.at desc limit 1) p on true
            where l.job_id = any($1::uuid[])`,
    values: [jobIds],
  })
  return new Map(rows.map((row) => [row.job_id, row]))
}
