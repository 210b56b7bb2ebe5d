import { changedMembers } from '../api/changed-members.ts'
import type { Schema } from '../api/schemas.ts'
import { listIn } from '../text/list-in.ts'

export interface OrganizationValues {
  readonly name: string
  readonly url: string
  /** Whether members may create pipelines. */
  readonly isOpenToMembers: boolean
  /** Whether steps reach only the hosts of `ceiling`. */
  readonly hasCeiling: boolean
  /** Hosts, one per line. */
  readonly ceiling: string
}

/** Converts an organization to form values. */
export function valuesOf(organization: Schema<'Organization'>): OrganizationValues {
  const { name, url, members_can_create_pipelines: isOpenToMembers, egress_ceiling: ceiling } = organization
  return {
    name,
    url: url ?? '',
    isOpenToMembers: isOpenToMembers ?? true,
    hasCeiling: ceiling != null,
    ceiling: ceiling?.join('\n') ?? '',
  }
}

/** Returns only the changed settings. An empty text becomes null. */
export function changesOf(
  organization: Schema<'Organization'>,
  values: OrganizationValues,
): Schema<'UpdateOrganizationRequest'> {
  return changedMembers(bodyOf(valuesOf(organization)), bodyOf(values))
}

function bodyOf({ name, url, isOpenToMembers, hasCeiling, ceiling }: OrganizationValues) {
  return {
    name,
    url: url === '' ? null : url,
    members_can_create_pipelines: isOpenToMembers,
    egress_ceiling: hasCeiling ? listIn(ceiling) : null,
  }
}
