import { findIdsBySlug } from '../../organizations/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import type { Body, Caller, Scope } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { parseInstant } from '../../platform/input/instant.ts'
import { allScopes } from '../access/authenticate.ts'

export interface KeyInput {
  readonly description: string
  readonly expiresAt: Date | null
  readonly scopes: readonly Scope[] | null
  readonly organizationIds: readonly string[] | null
}

type NewKeyBody = Body<'createApiToken'>

/**
 * Validates a new key. Throws 422 for an invalid key, and for one that exceeds the requesting key.
 */
export async function readKeyInput(database: Database, caller: Caller, body: NewKeyBody): Promise<KeyInput> {
  const errors = new FieldErrors()
  const description = body.description.trim()
  errors.length('description', description, 1, 255)
  const expiresAt = readExpiry(errors, caller, body)
  const scopes = readScopes(errors, caller, body)
  const organizationIds = await readOrganizations(errors, database, caller, body)
  errors.throwIfAny('api_token_invalid')
  return { description, expiresAt, scopes, organizationIds }
}

function readExpiry(errors: FieldErrors, caller: Caller, body: NewKeyBody): Date | null {
  // A session ends after a month, but keys created with it may live longer.
  const latest = caller.keyId === null ? null : caller.expiresAt
  const expiresAt = body.expires_at == null ? latest : parseInstant(body.expires_at)
  if (expiresAt === undefined) {
    errors.add('expires_at', 'must be an instant such as `2030-01-31T12:00:00Z`')
    return null
  }
  if (expiresAt !== null && expiresAt.getTime() <= Date.now()) errors.add('expires_at', 'must be in the future')
  if (latest !== null && expiresAt !== null && expiresAt > latest)
    errors.add('expires_at', `must not be after ${latest.toISOString()}, when the requesting key expires`)
  return expiresAt
}

function readScopes(errors: FieldErrors, caller: Caller, { scopes }: NewKeyBody): readonly Scope[] | null {
  if (scopes?.length === 0) errors.add('scopes', 'must name at least one scope, or be omitted for all')
  if (!(scopes ?? allScopes).every((scope) => caller.scopes.includes(scope)))
    errors.add('scopes', `must be among those of the requesting key: ${caller.scopes.join(', ')}`)
  return scopes == null ? null : [...new Set(scopes)]
}

async function readOrganizations(
  errors: FieldErrors,
  database: Database,
  caller: Caller,
  { organizations: slugs }: NewKeyBody,
): Promise<readonly string[] | null> {
  if (slugs == null) {
    if (caller.organizationIds !== null)
      errors.add('organizations', 'is required, because the requesting key is limited to some organizations')
    return null
  }
  if (slugs.length === 0) errors.add('organizations', 'must name at least one slug, or be omitted for all')
  const found = await findIdsBySlug(database, caller, slugs)
  const unknown = slugs.find((slug) => !found.has(slug))
  if (unknown !== undefined)
    errors.add('organizations', `must name your own organizations; \`${unknown.slice(0, 80)}\` is not one`)
  return [...found.values()]
}
