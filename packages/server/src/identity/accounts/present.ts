import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import type { AccountRow } from './store.ts'

/** Presents an account to its user. */
export function presentAccount(row: AccountRow): Complete<components['schemas']['CurrentUserResponse']> {
  return { uuid: row.id, email: row.email, name: row.name, personal_org_slug: row.personal_org_slug }
}
