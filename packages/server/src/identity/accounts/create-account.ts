import { randomUUID } from 'node:crypto'
import { ensureOwner, insertOrganization } from '../../organizations/lifecycle/store.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { type ApiError, apiError } from '../../platform/http/index.ts'
import { isReservedSlug, personalSlugOf, suffixedSlug } from '../../platform/names/slug.ts'
import { countUsersOnceAlone, insertUser } from './store.ts'

const longestSlug = 63

export interface NewAccount {
  readonly userId: string
  readonly personalOrgSlug: string
}

interface Wish {
  /** As `readEmailAddress` gives it. */
  readonly email: string
  readonly name: string
  /** How many users there may be (`HARMONT_SIGNUP_CAP`); null = any number. */
  readonly signupCap: number | null
}

/**
 * Makes a user with a personal organization that they own, within the caller's transaction (`http.md` 3.4). `taken`: the address has an account, and
 * nothing was made. Throws 503 `signup_cap_reached` when there are as many users as there may be.
 */
export async function createAccount(client: Database, { email, name, signupCap }: Wish): Promise<NewAccount | 'taken'> {
  if (signupCap !== null && (await countUsersOnceAlone(client)) >= signupCap) throw signupCapReached()
  const userId = randomUUID()
  if (!(await insertUser(client, { id: userId, email, name }))) return 'taken'
  const slug = personalSlugOf(email, longestSlug)
  for (let n = isReservedSlug(slug) ? 2 : 1; ; n += 1) {
    const organization = { id: randomUUID(), slug: suffixedSlug(slug, n, longestSlug), name, url: null }
    const made = await insertOrganization(client, { ...organization, personalOf: userId })
    if (made === undefined) continue
    await ensureOwner(client, made.id, userId)
    return { userId, personalOrgSlug: made.slug }
  }
}

/** The answer to whoever would be one user too many. */
export function signupCapReached(): ApiError {
  return apiError(
    'signup_cap_reached',
    'This server accepts no new accounts at present. Ask its operator to raise HARMONT_SIGNUP_CAP.',
  )
}
