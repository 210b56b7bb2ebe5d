import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import type { OrganizationRow } from './store.ts'

/** Presents an organization to its members. */
export function presentOrganization(row: OrganizationRow): Complete<components['schemas']['Organization']> {
  return {
    slug: row.slug,
    name: row.name,
    url: row.url,
    members_can_create_pipelines: row.members_can_create_pipelines,
    egress_ceiling: row.egress_ceiling === null ? null : [...row.egress_ceiling],
    created_at: formatInstant(row.created_at),
  }
}
