import { FieldErrors } from '../../platform/input/field-errors.ts'
import { readEmailAddress } from '../../platform/names/email-address.ts'
import { slugOf } from '../../platform/names/slug.ts'
import { readName } from '../accounts/name.ts'

interface Given {
  readonly email?: string | null
  readonly name?: string | null
  readonly organization_name?: string | null
}

interface Identity {
  readonly email: string
  readonly name: string
}

/** Who is to be the first administrator. */
export interface Administrator extends Identity {
  /** Of an organization beside the personal one; null for none. */
  readonly organizationName: string | null
}

/** Whose passkey is to be made. Throws 422. */
export function readIdentity(given: Given): Identity {
  const errors = new FieldErrors()
  const email = readEmailAddress(given.email ?? '')
  if (email === undefined) errors.add('email', 'must be an e-mail address such as `ada@example.com`')
  const name = readName(given.name ?? '', errors)
  errors.throwIfAny('request_invalid')
  return { email: email ?? '', name }
}

/** The same with the organization. Throws 422. */
export function readAdministrator(given: Given): Administrator {
  return { ...readIdentity(given), organizationName: readOrganizationName(given) }
}

function readOrganizationName({ organization_name }: Given): string | null {
  const name = organization_name?.trim() || null
  if (name === null) return null
  const errors = new FieldErrors()
  errors.length('organization_name', name, 1, 255)
  if (slugOf(name, 63) === '')
    errors.add('organization_name', 'must contain a letter or digit that can be part of a URL (a-z, 0-9)')
  errors.throwIfAny('organization_invalid')
  return name
}
