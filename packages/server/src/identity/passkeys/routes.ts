import type { components } from '@harmont/contract'
import { actorOf } from '../../platform/audit/record-audit.ts'
import {
  apiError,
  type Caller,
  type Complete,
  type Handlers,
  operation,
  uuidOrNone,
} from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import type { SignInServices } from '../services.ts'
import { beginSignIn, limitSignIn, signInHeaders, signInRequest } from '../sessions/sign-in.ts'
import { finishLogin, loginOptions } from './login.ts'
import { deletePasskey, finishRegister, registerOptions, renamePasskey } from './own-passkeys.ts'
import { listPasskeysOf, type PasskeyRow } from './store.ts'

type PasskeyOperation =
  | 'passkeyLoginOptions'
  | 'passkeyLoginFinalize'
  | 'passkeyRegisterOptions'
  | 'passkeyRegisterFinalize'
  | 'listPasskeys'
  | 'deletePasskey'
  | 'renamePasskey'

/** Signing in with a passkey, and the caller's own passkeys. */
export function passkeyRoutes(services: SignInServices): Pick<Handlers, PasskeyOperation> {
  const { pool, limiter } = services
  return {
    passkeyLoginOptions: operation('passkeyLoginOptions', (context) => beginSignIn(services, context, loginOptions)),
    passkeyLoginFinalize: operation('passkeyLoginFinalize', async (context) => {
      const { client, body } = context
      const request = signInRequest(services, context)
      const finish = () => finishLogin(services, request, body)
      const session = await limitSignIn(services, 'sign_in_address', client.address, finish)
      const { token, headers } = signInHeaders(services, session)
      return { status: 200, headers, body: { token } }
    }),
    passkeyRegisterOptions: operation('passkeyRegisterOptions', async ({ caller, client }) => {
      requireOwnSession(caller)
      await limiter.take('challenges_address', client.address)
      return { status: 200, body: await registerOptions(services, caller.userId) }
    }),
    passkeyRegisterFinalize: operation('passkeyRegisterFinalize', async (context) => {
      const { caller, body } = context
      requireOwnSession(caller)
      const request = { actor: actorOf(context), userId: caller.userId }
      return { status: 200, body: presentPasskey(await finishRegister(services, request, body)) }
    }),
    listPasskeys: operation('listPasskeys', async ({ caller }) => ({
      status: 200,
      body: { passkeys: (await listPasskeysOf(pool, caller.userId)).map(presentPasskey) },
    })),
    deletePasskey: operation('deletePasskey', async (context) => {
      await deletePasskey(pool, actorOf(context), context.caller.userId, uuidOrNone(context.params.uuid))
      return { status: 204 }
    }),
    renamePasskey: operation('renamePasskey', async (context) => {
      const change = { id: uuidOrNone(context.params.uuid), nickname: context.body.nickname }
      const row = await renamePasskey(pool, actorOf(context), context.caller.userId, change)
      return { status: 200, body: presentPasskey(row) }
    }),
  }
}

/**
 * Throws 403 for a key and its sessions, because a passkey gives permanent access to the whole
 * account.
 */
function requireOwnSession({ keyId }: Caller): void {
  if (keyId === null) return
  throw apiError(
    'insufficient_scope',
    'A passkey signs in to the whole account, and outlives every API key: add it in the web app, under Account, after signing in.',
  )
}

function presentPasskey(row: PasskeyRow): Complete<components['schemas']['Passkey']> {
  return {
    uuid: row.id,
    nickname: row.nickname,
    aaguid: row.aaguid,
    created_at: formatInstant(row.created_at),
    last_used_at: formatOptionalInstant(row.last_used_at),
  }
}
