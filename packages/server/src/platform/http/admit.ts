import type { Operation } from '@harmont/contract'
import type { FastifyRequest } from 'fastify'
import { requireMembership, slugAsked, unauthorized } from './access.ts'
import type { Caller, Client, Identified, Membership } from './caller.ts'
import { type Credential, credentialOf } from './credential.ts'
import { requireOwnPage } from './csrf.ts'
import { limitAddress, limitCaller, limitToken, refuseCredential } from './limits.ts'
import { readParams } from './params.ts'
import { requireScope } from './scopes.ts'
import type { Shell } from './shell.ts'

/** Who comes in, and where to. */
export interface Admitted {
  readonly client: Client
  readonly credential: Credential | null
  /** null where the operation asks for no user. */
  readonly caller: Caller | null
  readonly params: Readonly<Record<string, string | number>>
  /** null where the operation asks for no organization. */
  readonly membership: Membership | null
  /** A log or runner token, which the operation itself judges; null where there is none. */
  readonly openToken: string | null
}

/** Steps 2 to 7 of the order of checks (`http.md` 2.3): address limit, credential, CSRF and scope, credential limit, tenancy, role. Throws what refuses. */
export async function admit(shell: Shell, operation: Operation, request: FastifyRequest): Promise<Admitted> {
  const client = clientOf(shell, request)
  const credential = credentialOf(request.headers, shell.cookieName)
  const token = shownToken(operation, credential, request)
  await limitAddress(shell.limiter, operation, client.address, token !== null)
  const openToken = judgesItself(operation) ? token : null
  if (openToken !== null) await limitToken(shell.limiter, openToken)
  const params = readParams(operation.parameters, request.params as Record<string, string>)
  const facts = { client, credential, params, openToken }
  if (!asksForUser(operation)) return { ...facts, caller: null, membership: null }
  const slug = slugAsked(operation, params)
  const { caller, membership } = await identify(shell, operation, request, client, credential, slug)
  return { ...facts, caller, membership: requireMembership(operation, slug, membership) }
}

function clientOf({ addressOf }: Shell, { raw, headers }: FastifyRequest): Client {
  return { address: addressOf(raw), userAgent: headers['user-agent'] ?? null }
}

async function identify(
  shell: Shell,
  operation: Operation,
  request: FastifyRequest,
  { address }: Client,
  credential: Credential | null,
  slug: string | null,
): Promise<Identified> {
  if (credential === null) throw unauthorized('Authentication is required')
  const found = await shell.access.identify(credential, slug)
  if (found === null) {
    const refusal = unauthorized('The credential is invalid, expired or revoked')
    return refuseCredential(shell.limiter, address, refusal)
  }
  requireOwnPage(shell, operation, found.caller, request)
  requireScope(operation.id, found.caller)
  await limitCaller(shell.limiter, operation, found.caller)
  return found
}

function asksForUser({ auth }: Operation): boolean {
  return auth === 'bearer' || auth === 'member' || auth === 'admin' || auth === 'owner'
}

function judgesItself({ auth }: Operation): boolean {
  return auth === 'log' || auth === 'runner'
}

function shownToken({ auth }: Operation, credential: Credential | null, { raw }: FastifyRequest): string | null {
  const inQuery = auth === 'log' ? new URLSearchParams(raw.url?.split('?')[1]).get('token') : null
  return inQuery ?? credential?.token ?? null
}
