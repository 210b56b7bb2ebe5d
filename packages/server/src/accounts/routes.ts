import type { Database } from '../database/transaction.ts'
import { type Handlers, operation } from '../http/index.ts'
import { getAccount } from './store.ts'

export interface AccountServices {
  readonly pool: Database
}

/** The caller's own account. */
export function accountRoutes({ pool }: AccountServices): Pick<Handlers, 'getCurrentUser'> {
  return {
    getCurrentUser: operation('getCurrentUser', async ({ caller }) => {
      const { id, email, name, personal_org_slug } = await getAccount(pool, caller.userId)
      return { status: 200, body: { uuid: id, email, name, personal_org_slug } }
    }),
  }
}
