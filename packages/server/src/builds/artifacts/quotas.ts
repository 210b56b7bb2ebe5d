import type { Database } from '../../platform/database/transaction.ts'
import { keptBytes } from './room.ts'

/** Sets how many bytes of artifacts an organization may keep; null for any number. */
export async function setArtifactQuota(
  database: Database,
  organizationId: string,
  bytes: number | null,
): Promise<void> {
  if (bytes === null) await database.query('delete from artifact_quotas where organization_id = $1', [organizationId])
  else
    await database.query(
      `insert into artifact_quotas (organization_id, bytes) values ($1, $2)
       on conflict (organization_id) do update set bytes = excluded.bytes`,
      [organizationId, bytes],
    )
}

export interface ArtifactQuota {
  readonly organization: string
  readonly bytes: number
  /** The bytes that the organization keeps now. */
  readonly kept: number
}

/** Lists all quotas. */
export async function listArtifactQuotas(database: Database): Promise<readonly ArtifactQuota[]> {
  const { rows } = await database.query<ArtifactQuota>(
    `select o.slug as organization, q.bytes::float8 as bytes, (${keptBytes('q.organization_id')}) as kept
       from artifact_quotas q join organizations o on o.id = q.organization_id order by o.slug`,
  )
  return rows
}
