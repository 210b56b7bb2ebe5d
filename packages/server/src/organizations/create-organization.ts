import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import { transaction } from '../database/transaction.ts'
import type { Body } from '../http/index.ts'
import { FieldErrors } from '../input/field-errors.ts'
import { isReservedSlug, slugOf, suffixedSlug } from '../names/slug.ts'
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
  const { name, url, slug } = readInput(body)
  return transaction(pool, async (client) => {
    for (let n = isReservedSlug(slug) ? 2 : 1; ; n += 1) {
      const wish = { id: randomUUID(), slug: suffixedSlug(slug, n, longestSlug), name, url, personalOf: null }
      const made = await insertOrganization(client, wish)
      if (made === undefined) continue
      await ensureOwner(client, made.id, userId)
      const event = { organizationId: made.id, action: 'organization.created', subject: made.slug, details: { name } }
      await recordAudit(client, actor, event)
      return made
    }
  })
}

function readInput(body: Body<'createOrganization'>): { name: string; url: string | null; slug: string } {
  const errors = new FieldErrors()
  const name = readName(errors, body.name)
  const slug = slugOf(name, longestSlug)
  if (name !== '' && slug === '') errors.add('name', 'must have a letter or digit that a URL can show (a-z, 0-9)')
  const url = readUrl(errors, body.url)
  errors.throwIfAny('organization_invalid')
  return { name, url, slug }
}
