import { randomUUID } from 'node:crypto'
import type { EngineOptions } from '@harmont/engine'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { openOrNull, type Sealer } from '../../platform/encryption/seal.ts'
import { apiError, type Body } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { lockOrganization, organizationNotFound } from '../lifecycle/store.ts'
import { deleteLogin, findLogin, listLogins, writeLogin } from './store.ts'

export interface RegistryServices {
  readonly pool: pg.Pool
  readonly sealer: Sealer
}

/**
 * A registry in the form that begins an image's name: `ghcr.io`, `registry.example:5000`,
 * `[::1]:5000`.
 */
const hostForm = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[1-9]\d{0,4})?$/
const longestHost = 255
const longestUsername = 255
const longestSecret = 16 * 1024
const mostLogins = 50

/**
 * Returns the context that a login's secret is encrypted for, outside of which it cannot be
 * decrypted.
 */
export function placeOfLogin(id: string): string {
  return `registry-login/${id}`
}

interface NewLogin {
  readonly host: string
  readonly username: string
  readonly secret: string
  /** undefined: unchanged, or false for a new login. */
  readonly forks: boolean | undefined
}

/** Validates a login. Throws 422 `request_invalid`; no message contains the secret. */
export function readLogin(host: string, { username, secret, forks }: Body<'setRegistry'>): NewLogin {
  const errors = new FieldErrors()
  const isNamed = host === 'localhost' || /[.:]/.test(host)
  if (!hostForm.test(host) || !isNamed || host.length > longestHost)
    errors.add(
      'host',
      `must be a registry such as \`ghcr.io\` or \`registry.example:5000\`; got \`${host.slice(0, 80)}\``,
    )
  const length = [...username].length
  if (length < 1 || length > longestUsername) errors.add('username', `must have 1 to ${longestUsername} characters`)
  // A colon would end the user name in the header.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are refused
  if (/[:\u0000-\u001f\u007f]/.test(username)) errors.add('username', 'must have no colon and no control character')
  const bytes = Buffer.byteLength(secret)
  if (bytes < 1 || bytes > longestSecret) errors.add('secret', `must have 1 byte to 16 KiB; got ${bytes} bytes`)
  if (secret.includes('\0')) errors.add('secret', 'must not contain the character U+0000')
  errors.throwIfAny('request_invalid')
  return { host, username, secret, forks }
}

/**
 * Creates the login of a registry, or replaces it. Throws 422 `request_invalid` if there would be
 * more than 50 logins.
 */
export async function setLogin(
  { pool, sealer }: RegistryServices,
  organizationId: string,
  actor: Actor,
  { host, username, secret, forks }: NewLogin,
): Promise<void> {
  await transaction(pool, async (client) => {
    if (!(await lockOrganization(client, organizationId))) throw organizationNotFound()
    const present = await listLogins(client, organizationId)
    const before = present.find((login) => login.host === host)
    if (before === undefined && present.length >= mostLogins) refuseAnother()
    // Each change gets a new id, so that access to images pulled with the earlier login is proved
    // again.
    const id = randomUUID()
    const allowsForks = forks ?? before?.forks ?? false
    const sealed = sealer.seal(placeOfLogin(id), secret)
    await writeLogin(client, { organizationId, host, id, username, sealed_secret: sealed, forks: allowsForks })
    await recordAudit(client, actor, {
      organizationId,
      action: before === undefined ? 'registry.created' : 'registry.changed',
      subject: host,
      details: { username, forks: allowsForks },
    })
  })
}

/** Throws 404 if the organization has no login for the registry. */
export async function removeLogin(pool: pg.Pool, organizationId: string, actor: Actor, host: string): Promise<void> {
  await transaction(pool, async (client) => {
    if (!hostForm.test(host) || !(await deleteLogin(client, organizationId, host)))
      throw apiError('registry_not_found', 'The organization has no login for this registry.')
    await recordAudit(client, actor, { organizationId, action: 'registry.deleted', subject: host, details: {} })
  })
}

type FindLogin = NonNullable<EngineOptions['secrets']['login']>

/** Returns the function that finds the login with which a build's runner pulls images. */
export function loginsOf({ pool, sealer }: RegistryServices): FindLogin {
  return async (buildId, registry) => {
    const login = await findLogin(pool, buildId, registry)
    if (login === undefined) return null
    const { id, username, sealed_secret, forks } = login
    const secret = openOrNull(sealer, placeOfLogin(id), sealed_secret)
    // A server does not start with undecryptable logins, but a server with another key may have
    // written one since.
    return secret === null ? null : { id, username, forks, secret }
  }
}

function refuseAnother(): void {
  const errors = new FieldErrors()
  errors.add('host', `would exceed the limit of ${mostLogins} registries; remove one first`)
  errors.throwIfAny('request_invalid')
}
