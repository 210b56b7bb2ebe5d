import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import { apiError } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { type NewSecret, secretName } from './read-secret.ts'
import { deleteSecretRow, listSecrets, lockScope, type SecretScope, writeSecret } from './store.ts'

const mostSecrets = 100

export interface SecretServices {
  readonly pool: pg.Pool
  readonly sealer: Sealer
}

/** Where secrets are, with the pipeline's slug for the record. */
export interface NamedScope extends SecretScope {
  readonly pipelineSlug: string | null
}

/** Where the value of a secret can be opened, and nowhere else. */
export function placeOfSecret(id: string): string {
  return `secret/${id}`
}

/**
 * Makes a secret, or gives it another value: it keeps its id. Limits that are not named stay, so that a new value never opens a secret to more builds.
 * Throws 422 `request_invalid` beyond 100.
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

/** Throws 404 for a name that the scope does not have. */
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
