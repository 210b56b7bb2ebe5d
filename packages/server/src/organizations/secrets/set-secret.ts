import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import { apiError, type Body } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { deleteSecretRow, listSecrets, lockScope, type SecretScope, writeSecret } from './store.ts'

/** The form of a secret's name. */
const secretName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const events = ['push', 'pull_request', 'schedule', 'manual', 'api']
const longestValue = 64 * 1024
const mostSecrets = 100

export interface SecretServices {
  readonly pool: pg.Pool
  readonly sealer: Sealer
}

/** A scope of secrets, with the pipeline's slug for the audit log. */
export interface NamedScope extends SecretScope {
  readonly pipelineSlug: string | null
}

/**
 * Returns the context that a secret's value is encrypted for, outside of which it cannot be
 * decrypted.
 */
export function placeOfSecret(id: string): string {
  return `secret/${id}`
}

interface NewSecret {
  readonly name: string
  readonly value: string
  /** undefined: unchanged, or no limit for a new secret; null: no limit. */
  readonly branches: readonly string[] | null | undefined
  readonly events: readonly string[] | null | undefined
  /** undefined: unchanged, or false for a new secret. */
  readonly uploads: boolean | undefined
}

/** Validates a secret. Throws 422 `request_invalid`; no message contains the value. */
export function readSecret(body: Body<'setOrganizationSecret'>): NewSecret {
  const errors = new FieldErrors()
  if (!secretName.test(body.name))
    errors.add('name', `must match ${secretName.source}; got \`${body.name.slice(0, 80)}\``)
  const bytes = Buffer.byteLength(body.value)
  if (bytes < 1 || bytes > longestValue) errors.add('value', `must have 1 byte to 64 KiB; got ${bytes} bytes`)
  checkList(errors, 'branches', body.branches, (glob) => {
    const length = [...glob].length
    return length >= 1 && length <= 255 ? null : `must have globs of 1 to 255 characters; got ${length}`
  })
  checkList(errors, 'events', body.events, (event) =>
    events.includes(event) ? null : `must have events among ${events.join(', ')}; got \`${event.slice(0, 80)}\``,
  )
  errors.throwIfAny('request_invalid')
  return { name: body.name, value: body.value, branches: body.branches, events: body.events, uploads: body.uploads }
}

function checkList(
  errors: FieldErrors,
  field: string,
  entries: readonly string[] | null | undefined,
  problemOf: (entry: string) => string | null,
): void {
  if (entries === null || entries === undefined) return
  if (entries.length < 1 || entries.length > 100)
    errors.add(field, `must have 1 to 100 entries, or be null for no limit; got ${entries.length}`)
  const problem = entries.map(problemOf).find((found) => found !== null)
  if (problem !== undefined && problem !== null) errors.add(field, problem)
}

/**
 * Creates a secret, or changes its value and keeps its id. Omitted limits stay unchanged, so that a
 * new value never becomes readable to more builds. Throws 422 `request_invalid` if there would be
 * more than 100 secrets.
 */
export async function setSecret(
  { pool, sealer }: SecretServices,
  scope: NamedScope,
  actor: Actor,
  wish: NewSecret,
): Promise<void> {
  await transaction(pool, async (client) => {
    await lockScope(client, scope)
    const present = await listSecrets(client, scope)
    const before = present.find(({ name }) => name === wish.name)
    if (before === undefined && present.length >= mostSecrets) refuseAnother()
    const id = before?.id ?? randomUUID()
    const branches = wish.branches === undefined ? (before?.branches ?? null) : wish.branches
    const events = wish.events === undefined ? (before?.events ?? null) : wish.events
    const uploads = wish.uploads ?? before?.uploads ?? false
    const sealedValue = sealer.seal(placeOfSecret(id), wish.value)
    await writeSecret(client, { ...scope, id, name: wish.name, sealedValue, branches, events, uploads })
    await recordAudit(client, actor, {
      organizationId: scope.organizationId,
      action: before === undefined ? 'secret.created' : 'secret.changed',
      subject: wish.name,
      details: { pipeline: scope.pipelineSlug, branches, events, uploads },
    })
  })
}

/** Throws 404 if the scope has no secret of this name. */
export async function deleteSecret(pool: pg.Pool, scope: NamedScope, actor: Actor, name: string): Promise<void> {
  await transaction(pool, async (client) => {
    if (!secretName.test(name) || !(await deleteSecretRow(client, scope, name)))
      throw apiError('secret_not_found', 'Secret not found.')
    await recordAudit(client, actor, {
      organizationId: scope.organizationId,
      action: 'secret.deleted',
      subject: name,
      details: { pipeline: scope.pipelineSlug },
    })
  })
}

function refuseAnother(): void {
  const errors = new FieldErrors()
  errors.add('name', `would exceed the limit of ${mostSecrets} secrets; delete one first`)
  errors.throwIfAny('request_invalid')
}
