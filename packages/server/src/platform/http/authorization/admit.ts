import type { Operation } from '@harmont/contract'
import type { FastifyRequest } from 'fastify'
import { apiError } from '../api-error.ts'
import { limitAddress, limitCaller, limitToken, refuseCredential } from '../limits/request-limits.ts'
import type { Caller, Client, Identified, Membership } from '../request/caller.ts'
import { type Credential, credentialOf } from '../request/credential.ts'
import { readParams } from '../request/parameters.ts'
import type { HttpServices } from '../services.ts'
import { requireOwnPage } from './csrf.ts'
import { requireRole, requireScope } from './permissions.ts'

/** The parts of a request that admission reads. */
export type Asked = Pick<FastifyRequest, 'id' | 'method' | 'raw' | 'headers' | 'params'>

/** The facts of a request that has passed the checks. */
export interface Admitted {
  readonly client: Client
  readonly credential: Credential | null
  /** null if the operation needs no user. */
  readonly caller: Caller | null
  readonly params: Readonly<Record<string, string | number>>
  /** null if the path names no organization. */
  readonly membership: Membership | null
  /** A log or runner token, which the operation itself verifies; null: none. */
  readonly openToken: string | null
}

/**
 * Performs steps 2 to 7 of the order of checks (`http.md` 2.3): address limit, credential, CSRF,
 * scope, credential limit, tenancy, role. Throws the refusal.
 */
export async function admit(services: HttpServices, operation: Operation, request: Asked): Promise<Admitted> {
  const client = { address: services.addressOf(request.raw), userAgent: request.headers['user-agent'] ?? null }
  const credential = credentialOf(request.headers, services.cookieName)
  const token = shownToken(operation, credential, request)
  await limitAddress(services.limiter, operation, client.address, token !== null)
  const openToken = operation.auth === 'log' || operation.auth === 'runner' ? token : null
  if (openToken !== null) await limitToken(services.limiter, openToken)
  const params = readParams(operation.parameters, request.params as Record<string, string>)
  const facts = { client, credential, params, openToken }
  if (operation.auth !== 'bearer' && operation.auth !== 'member') return { ...facts, caller: null, membership: null }
  const slug = operation.auth === 'member' && typeof params.org === 'string' ? params.org : null
  const found = await identify(services, client, credential, slug)
  return { ...facts, caller: found.caller, membership: await authorize(services, operation, request, slug, found) }
}

/** Returns the 401 for a credential or runner token. */
export function unauthorized(what: string): Error {
  return apiError('unauthorized', `${what}; send \`Authorization: Bearer <token>\`.`)
}

async function identify(
  { access, limiter }: HttpServices,
  { address }: Client,
  credential: Credential | null,
  slug: string | null,
): Promise<Identified> {
  if (credential === null) throw unauthorized('Authentication is required')
  const found = await access.identify(credential, slug)
  if (found !== null) return found
  return refuseCredential(limiter, address, unauthorized('The credential is invalid, expired or revoked'))
}

/**
 * Decides whether an identified caller may call the operation, by its `x-permission`. Returns the
 * membership in the organization of the path; null without a `slug`.
 */
async function authorize(
  services: HttpServices,
  operation: Operation,
  request: Asked,
  slug: string | null,
  { caller, membership }: Identified,
): Promise<Membership | null> {
  requireOwnPage(services, operation, caller, request)
  requireScope(operation.permission, caller)
  await limitCaller(services.limiter, operation, caller)
  if (slug === null) return null
  if (membership === null) throw apiError('organization_not_found', 'Organization not found, or you are not a member.')
  requireRole(operation.permission, membership)
  return membership
}

function shownToken({ auth }: Operation, credential: Credential | null, { raw }: Asked): string | null {
  const inQuery = auth === 'log' ? new URLSearchParams(raw.url?.split('?')[1]).get('token') : null
  return inQuery ?? credential?.token ?? null
}
