import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import { allScopes } from '../access/authenticate.ts'
import type { ApiKeyRow } from './store.ts'

/** A key as its owner sees it; the secret is not among what is known of it. */
export function presentApiToken(row: ApiKeyRow): Complete<components['schemas']['ApiToken']> {
  return {
    id: row.id,
    description: row.description,
    created_at: formatInstant(row.created_at),
    expires_at: formatOptionalInstant(row.expires_at),
    last_used_at: formatOptionalInstant(row.last_used_at),
    scopes: row.scopes ?? allScopes,
    organizations: row.organizations,
  }
}
