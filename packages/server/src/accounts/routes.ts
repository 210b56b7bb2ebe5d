import type { Database } from '../database/transaction.ts'
import { type Handlers, operation } from '../http/index.ts'
import { presentAccount } from './present.ts'
import { getAccount } from './store.ts'

export interface AccountServices {
  readonly pool: Database
}

/** The caller's own account. */
export function accountRoutes({ pool }: AccountServices): Pick<Handlers, 'getCurrentUser'> {
  return {
    getCurrentUser: operation('getCurrentUser', async ({ caller }) => ({
      status: 200,
      body: presentAccount(await getAccount(pool, caller.userId)),
    })),
  }
}
