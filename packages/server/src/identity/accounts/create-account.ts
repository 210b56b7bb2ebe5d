import { randomUUID } from 'node:crypto'
import { createPersonalOrganization } from '../../organizations/index.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { type ApiError, apiError } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { readEmailAddress } from '../../platform/names/email-address.ts'
import { countUsersOnceAlone, insertUser } from './store.ts'

/** The person who gets a new account. */
export interface Person {
  /** Normalized by `readEmailAddress`. */
  readonly email: string
  readonly name: string
}

/** Validates the address and name of a new account. Throws 422 `request_invalid`. */
export function readPerson(given: { readonly email?: string | null; readonly name?: string | null }): Person {
  const errors = new FieldErrors()
  const email = readEmailAddress(given.email ?? '')
  if (email === undefined) errors.add('email', 'must be an e-mail address such as `ada@example.com`')
  const name = given.name?.trim() ?? ''
  errors.length('name', name, 1, 255)
  if (/\p{Cc}/u.test(name)) errors.add('name', 'must have no control characters')
  errors.throwIfAny('request_invalid')
  return { email: email ?? '', name }
}

export interface NewAccount {
  readonly userId: string
  readonly personalOrgSlug: string
}

interface NewUser extends Person {
  /** The maximum number of users (`HARMONT_SIGNUP_CAP`); null: unlimited. */
  readonly signupCap: number | null
}

/**
 * Creates a user with a personal organization, within the caller's transaction (`http.md` 3.4).
 * `taken`: the address has an account, and nothing was created. Throws 503 `signup_cap_reached`.
 */
export async function createAccount(
  client: Database,
  actor: Actor,
  { email, name, signupCap }: NewUser,
): Promise<NewAccount | 'taken'> {
  if (signupCap !== null && (await countUsersOnceAlone(client)) >= signupCap) throw signupCapReached()
  const userId = randomUUID()
  if (!(await insertUser(client, { id: userId, email, name }))) return 'taken'
  const { slug } = await createPersonalOrganization(client, userId, { email, name })
  const event = { organizationId: null, action: 'account.created', subject: userId }
  await recordAudit(client, { ...actor, userId }, event)
  return { userId, personalOrgSlug: slug }
}

/** Returns the 503 of a sign-up when the server has reached its maximum of users. */
export function signupCapReached(): ApiError {
  return apiError(
    'signup_cap_reached',
    'This server accepts no new accounts at present. Ask its operator to raise HARMONT_SIGNUP_CAP.',
  )
}
