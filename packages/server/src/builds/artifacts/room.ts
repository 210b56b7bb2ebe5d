import type { Database } from '../../platform/database/transaction.ts'

const gigabyte = 1024 ** 3
/** The limit on the artifacts of one build, over all its steps. */
const mostOfBuild = 50 * gigabyte

/**
 * Returns why artifacts of this size cannot be kept, as a sentence for the step's log; null when
 * there is room. Steps that end at the same time may together exceed a limit, each by its own
 * artifacts.
 */
export async function lackOfRoom(database: Database, buildId: string, bytes: number): Promise<string | null> {
  const { rows } = await database.query<{ kept: number; quota: number | null; all: number | null }>({
    name: 'room-for-artifacts',
    // Sums the artifacts of the organization only if it has a quota.
    text: `select coalesce((select sum(bytes) from engine.artifacts where build_id = $1 and expired_at is null), 0)::float8 as kept,
                  q.bytes::float8 as quota,
                  case when q.bytes is not null then (${keptBytes('q.organization_id')}) end as all
             from build_records r left join artifact_quotas q on q.organization_id = r.organization_id where r.id = $1`,
    values: [buildId],
  })
  const { kept = 0, quota = null, all = null } = rows[0] ?? {}
  if (kept + bytes > mostOfBuild)
    return `The artifacts of this step (${inWords(bytes)}) are not kept: a build may leave ${inWords(mostOfBuild)}, and its other steps left ${inWords(kept)}.`
  if (quota !== null && (all ?? 0) + bytes > quota)
    return `The artifacts of this step (${inWords(bytes)}) are not kept: the organization may keep ${inWords(quota)} and keeps ${inWords(all ?? 0)}. Let artifacts expire earlier (\`expires\`), or ask the operator for more (\`harmont limits\`).`
  return null
}

/** Returns SQL that sums the artifact bytes of an organization. */
export function keptBytes(organizationId: string): string {
  return `select coalesce(sum(a.bytes), 0)::float8 from build_records b join engine.artifacts a on a.build_id = b.id
    where b.organization_id = ${organizationId} and a.expired_at is null`
}

function inWords(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  const amount = bytes / 1024 ** power
  return `${amount < 10 && power > 0 ? Number(amount.toFixed(1)) : Math.round(amount)} ${units[power]}`
}
