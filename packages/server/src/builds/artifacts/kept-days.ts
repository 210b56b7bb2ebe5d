/**
 * Computes the artifact storage of organizations by UTC day: the size of each artifact, times the
 * part of the day for which it was kept. Equal artifacts count separately although their bytes are
 * stored once, so other organizations' files do not change a figure.
 */
import type { Database } from '../../platform/database/transaction.ts'

const dayMs = 86_400_000
const bytesPerGb = 1024 ** 3

/**
 * Returns SQL that computes byte-seconds by organization for each day of a range. `days` holds the
 * first and last day, as instants at which a day begins. Nothing counts from `now` on.
 */
const countedText = (organization: string, days: string, now: string) => `
  select r.organization_id, (d.start at time zone 'UTC')::date as day,
         sum(a.bytes * extract(epoch from least(a.expired_at, d.start + interval '24 hours', ${now}) - greatest(a.created_at, d.start))) as byte_seconds
    from generate_series(${days}, interval '24 hours') as d(start)
    join engine.artifacts a on a.created_at < least(d.start + interval '24 hours', ${now})
     and (a.expired_at is null or a.expired_at > d.start)
    join build_records r on r.id = a.build_id${organization}
   group by 1, 2`

/**
 * Records the past days that are not recorded yet, one row for each organization that kept
 * something. Must run before artifacts are forgotten. Idempotent. Returns the number of added rows.
 */
export async function recordArtifactDays(database: Database, now: Date): Promise<number> {
  const today = new Date(Math.floor(now.getTime() / dayMs) * dayMs)
  const { rowCount } = await database.query({ name: 'record-artifact-days', text: recordText, values: [today] })
  return rowCount ?? 0
}

const firstText = `coalesce((select max(day) + 1 from artifact_days),
    (select min(created_at at time zone 'UTC')::date from engine.artifacts))::timestamp at time zone 'UTC'`

const recordText = `insert into artifact_days (organization_id, day, byte_seconds)
  ${countedText('', `${firstText}, $1::timestamptz - interval '24 hours'`, '$1::timestamptz')}
  on conflict (organization_id, day) do nothing`

export interface ArtifactDay {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string
  readonly gbDays: number
}

/**
 * Returns the days that begin in a window, without those on which nothing was kept. Today counts up
 * to the present.
 */
export async function artifactDays(
  database: Database,
  organizationId: string,
  { from, to }: { readonly from: Date; readonly to: Date },
  now = new Date(),
): Promise<readonly ArtifactDay[]> {
  const [first, end] = [from, to].map((at) => Math.ceil(at.getTime() / dayMs) * dayMs)
  const { rows } = await database.query<{ day: string; byte_days: number }>({
    name: 'artifact-days',
    text: artifactDaysText,
    values: [organizationId, new Date(first ?? 0), new Date((end ?? 0) - dayMs), now],
  })
  return rows.map(({ day, byte_days: bytes }) => ({ day, gbDays: bytes / bytesPerGb }))
}

const unrecorded = `greatest($2::timestamptz, coalesce((select max(day) + 1 from artifact_days), '-infinity')::timestamp at time zone 'UTC')`

const artifactDaysText = `select to_char(day, 'YYYY-MM-DD') as day, (byte_seconds / 86400)::float8 as byte_days from (
    select day, byte_seconds from artifact_days
     where organization_id = $1 and day between ($2::timestamptz at time zone 'UTC')::date and ($3::timestamptz at time zone 'UTC')::date
    union all
    select day, byte_seconds from (${countedText(
      ' and r.organization_id = $1',
      `${unrecorded}, least($3::timestamptz, $4::timestamptz)`,
      '$4::timestamptz',
    )}) unrecorded
  ) days order by day`
