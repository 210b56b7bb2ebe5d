import type { components } from '@harmont/contract'
import { listStandings } from '../../organizations/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { type Caller, type Complete, permissionsOf } from '../../platform/http/index.ts'
import { formatOptionalInstant } from '../../platform/input/instant.ts'
import { presentAccount } from '../accounts/present.ts'
import { getAccount } from '../accounts/store.ts'

/** Who calls, and what they may do where with this credential. */
export async function currentSession(
  database: Database,
  caller: Caller,
): Promise<Complete<components['schemas']['SessionResponse']>> {
  const account = await getAccount(database, caller.userId)
  const standings = await listStandings(database, caller)
  return {
    user: presentAccount(account),
    organizations: standings.map(({ slug, name, ...standing }) => ({
      slug,
      name,
      role: standing.role,
      permissions: permissionsOf(standing, caller.scopes),
    })),
    expires_at: formatOptionalInstant(caller.expiresAt),
  }
}
