import { randomUUID } from 'node:crypto'
import { hostPattern, hostText } from '@harmont/ir'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import type { Body } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { isReservedSlug, personalSlugOf, slugOf, suffixedSlug } from '../../platform/names/slug.ts'
import {
  changeOrganization,
  ensureOwner,
  insertOrganization,
  type NewOrganization,
  type OrganizationChange,
  type OrganizationRow,
  organizationNotFound,
} from './store.ts'

const longestSlug = 63

/** Creates an organization that the user owns, under the first free slug of its name. */
export async function createOrganization(
  pool: pg.Pool,
  actor: Actor,
  userId: string,
  body: Body<'createOrganization'>,
): Promise<OrganizationRow> {
  const errors = new FieldErrors()
  const name = readName(errors, body.name)
  if (name !== '' && slugOf(name, longestSlug) === '')
    errors.add('name', 'must contain a letter or digit that can be part of a URL (a-z, 0-9)')
  const url = readUrl(errors, body.url)
  errors.throwIfAny('organization_invalid')
  return transaction(pool, (client) => createOrganizationOf(client, actor, userId, { name, url }))
}

/**
 * Creates an organization within the caller's transaction, from validated input: its name contains
 * a character that a slug can have.
 */
export async function createOrganizationOf(
  client: Database,
  actor: Actor,
  userId: string,
  { name, url }: { readonly name: string; readonly url: string | null },
): Promise<OrganizationRow> {
  const made = await insertOwned(client, userId, { slug: slugOf(name, longestSlug), name, url, personalOf: null })
  const event = { organizationId: made.id, action: 'organization.created', subject: made.slug, details: { name } }
  await recordAudit(client, actor, event)
  return made
}

/** Creates a user's personal organization, within the transaction that creates the user. */
export async function createPersonalOrganization(
  client: Database,
  userId: string,
  { email, name }: { readonly email: string; readonly name: string },
): Promise<OrganizationRow> {
  return insertOwned(client, userId, { slug: personalSlugOf(email, longestSlug), name, url: null, personalOf: userId })
}

/** Inserts an organization under the first slug that is free: `acme`, `acme-2`, `acme-3`, … */
async function insertOwned(
  client: Database,
  ownerId: string,
  wish: Omit<NewOrganization, 'id'>,
): Promise<OrganizationRow> {
  for (let n = isReservedSlug(wish.slug) ? 2 : 1; ; n += 1) {
    const slug = suffixedSlug(wish.slug, n, longestSlug)
    const made = await insertOrganization(client, { ...wish, id: randomUUID(), slug })
    if (made === undefined) continue
    await ensureOwner(client, made.id, ownerId)
    return made
  }
}

/** Changes those settings of an organization that the body contains. Its slug never changes. */
export async function updateOrganization(
  pool: pg.Pool,
  actor: Actor,
  organizationId: string,
  body: Body<'updateOrganization'>,
): Promise<OrganizationRow> {
  const change = readChange(body)
  return transaction(pool, async (client) => {
    const changed = await changeOrganization(client, organizationId, change)
    if (changed === undefined) throw organizationNotFound()
    const event = { organizationId, action: 'organization.changed', subject: changed.slug, details: { ...change } }
    await recordAudit(client, actor, event)
    return changed
  })
}

function readChange(body: Body<'updateOrganization'>): OrganizationChange {
  const errors = new FieldErrors()
  const { name, url, members_can_create_pipelines: membersCanCreatePipelines, egress_ceiling: ceiling } = body
  const change = {
    ...(name === undefined ? {} : { name: readName(errors, name) }),
    ...(url === undefined ? {} : { url: readUrl(errors, url) }),
    ...(membersCanCreatePipelines === undefined ? {} : { membersCanCreatePipelines }),
    ...(ceiling === undefined ? {} : { egressCeiling: readCeiling(errors, ceiling) }),
  }
  errors.throwIfAny('organization_invalid')
  return change
}

/** Returns the hosts of a ceiling in their short form, each once; null for none. */
function readCeiling(errors: FieldErrors, given: readonly string[] | null): readonly string[] | null {
  if (given === null) return null
  const hosts = given.map((text) => {
    const host = hostPattern(text.trim())
    if (host !== undefined) return hostText(host)
    errors.add(
      'egress_ceiling',
      `must have hosts such as registry.npmjs.org, *.example.com or github.com:22, not ${JSON.stringify(text)}`,
    )
    return ''
  })
  return [...new Set(hosts)]
}

function readName(errors: FieldErrors, given: string): string {
  const name = given.trim()
  errors.length('name', name, 1, 255)
  return name
}

/** Returns the address of an organization's website; null for none. */
function readUrl(errors: FieldErrors, given: string | null | undefined): string | null {
  const url = given?.trim() || null
  if (url !== null && !isWebAddress(url))
    errors.add('url', 'must be an http or https address of at most 2048 characters')
  return url
}

function isWebAddress(text: string): boolean {
  const protocol = URL.parse(text)?.protocol
  return text.length <= 2048 && (protocol === 'http:' || protocol === 'https:')
}
