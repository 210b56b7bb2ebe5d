import type { Operation } from '@harmont/contract'
import type { FastifyRequest } from 'fastify'
import { requireMembership, unauthorized } from './access.ts'
import type { Caller, Client, Membership } from './caller.ts'
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
  const caller = asksForUser(operation) ? await callerOf(shell, operation, request, client, credential) : null
  const params = readParams(operation.parameters, request.params as Record<string, string>)
  const membership = await requireMembership(shell.access, operation, caller, params.org)
  return { client, credential, caller, params, membership, openToken }
}

function clientOf({ addressOf }: Shell, { raw, headers }: FastifyRequest): Client {
  return { address: addressOf(raw), userAgent: headers['user-agent'] ?? null }
}

async function callerOf(
  shell: Shell,
  operation: Operation,
  request: FastifyRequest,
  { address }: Client,
  credential: Credential | null,
): Promise<Caller> {
  if (credential === null) throw unauthorized('A credential is needed')
  const caller = await shell.access.authenticate(credential)
  if (caller === null) {
    const refusal = unauthorized('The credential is unknown, expired or revoked')
    return refuseCredential(shell.limiter, address, refusal)
  }
  requireOwnPage(shell, operation, caller, request)
  requireScope(operation.id, caller)
  await limitCaller(shell.limiter, operation, caller)
  return caller
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
