import { randomUUID } from 'node:crypto'
import { createPersonalOrganization } from '../../organizations/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { type ApiError, apiError } from '../../platform/http/index.ts'
import { countUsersOnceAlone, insertUser } from './store.ts'

export interface NewAccount {
  readonly userId: string
  readonly personalOrgSlug: string
}

interface Wish {
  /** As `readEmailAddress` returns it. */
  readonly email: string
  readonly name: string
  /** The most users that there may be (`HARMONT_SIGNUP_CAP`); null: any number. */
  readonly signupCap: number | null
}

/**
 * Creates a user with a personal organization, within the caller's transaction (`http.md` 3.4).
 * `taken`: the address has an account, and nothing was created. Throws 503 `signup_cap_reached`.
 */
export async function createAccount(client: Database, { email, name, signupCap }: Wish): Promise<NewAccount | 'taken'> {
  if (signupCap !== null && (await countUsersOnceAlone(client)) >= signupCap) throw signupCapReached()
  const userId = randomUUID()
  if (!(await insertUser(client, { id: userId, email, name }))) return 'taken'
  const { slug } = await createPersonalOrganization(client, userId, { email, name })
  return { userId, personalOrgSlug: slug }
}

/** The 503 of a sign-up beyond the most users that there may be. */
export function signupCapReached(): ApiError {
  return apiError(
    'signup_cap_reached',
    'This server accepts no new accounts at present. Ask its operator to raise HARMONT_SIGNUP_CAP.',
  )
}
