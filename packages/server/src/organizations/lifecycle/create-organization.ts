import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import type { Body } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { isReservedSlug, slugOf, suffixedSlug } from '../../platform/names/slug.ts'
import { readName, readUrl } from './organization-input.ts'
import { ensureOwner, insertOrganization, type OrganizationRow } from './store.ts'

const longestSlug = 63

/** Makes an organization with the caller as its owner, under the first free slug of its name. */
export async function createOrganization(
  pool: pg.Pool,
  actor: Actor,
  userId: string,
  body: Body<'createOrganization'>,
): Promise<OrganizationRow> {
  const input = readInput(body)
  return transaction(pool, (client) => createOrganizationOf(client, actor, userId, input))
}

/** The same within a transaction of the caller's, from input that has been judged: the name has a letter or digit of a URL. */
export async function createOrganizationOf(
  client: Database,
  actor: Actor,
  userId: string,
  { name, url }: { readonly name: string; readonly url: string | null },
): Promise<OrganizationRow> {
  const slug = slugOf(name, longestSlug)
  for (let n = isReservedSlug(slug) ? 2 : 1; ; n += 1) {
    const wish = { id: randomUUID(), slug: suffixedSlug(slug, n, longestSlug), name, url, personalOf: null }
    const made = await insertOrganization(client, wish)
    if (made === undefined) continue
    await ensureOwner(client, made.id, userId)
    const event = { organizationId: made.id, action: 'organization.created', subject: made.slug, details: { name } }
    await recordAudit(client, actor, event)
    return made
  }
}

function readInput(body: Body<'createOrganization'>): { name: string; url: string | null } {
  const errors = new FieldErrors()
  const name = readName(errors, body.name)
  if (name !== '' && slugOf(name, longestSlug) === '')
    errors.add('name', 'must contain a letter or digit that can be part of a URL (a-z, 0-9)')
  const url = readUrl(errors, body.url)
  errors.throwIfAny('organization_invalid')
  return { name, url }
}
