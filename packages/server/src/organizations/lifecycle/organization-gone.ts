import { apiError } from '../../platform/http/index.ts'

/** The answer to whoever is not, or no longer, a member; the same for an organization that does not exist. */
export function organizationNotFound(): Error {
  return apiError('organization_not_found', 'Organization not found, or you are not a member.')
}
