import { actorOf } from '../../platform/audit/record-audit.ts'
import { apiError, type Caller, type Handlers, operation, uuidOrNone } from '../../platform/http/index.ts'
import { presentUser } from '../accounts/present.ts'
import { getAccount } from '../accounts/store.ts'
import type { SignInServices } from '../services.ts'
import { asksForCookie, signInHeaders } from '../sessions/answer-sign-in.ts'
import { limitSignIn } from '../sessions/limit-sign-in.ts'
import { beginSignup } from '../signup/begin-signup.ts'
import { finishSignup, signupOptions } from '../signup/finish-signup.ts'
import { deletePasskey, renamePasskey } from './change-passkey.ts'
import { finishLogin, loginOptions } from './login.ts'
import { presentPasskey } from './present.ts'
import { finishRegister, registerOptions } from './register.ts'
import { listPasskeysOf } from './store.ts'

type SignInOperation =
  | 'passkeySignupBegin'
  | 'passkeySignupOptions'
  | 'passkeySignupFinalize'
  | 'passkeyLoginOptions'
  | 'passkeyLoginFinalize'
type OwnOperation =
  | 'passkeyRegisterOptions'
  | 'passkeyRegisterFinalize'
  | 'listPasskeys'
  | 'deletePasskey'
  | 'renamePasskey'

/** Signing up and in with passkeys, and the caller's own ones. */
export function passkeyRoutes(services: SignInServices): Pick<Handlers, SignInOperation | OwnOperation> {
  return { ...signInRoutes(services), ...ownPasskeyRoutes(services) }
}

function signInRoutes(services: SignInServices): Pick<Handlers, SignInOperation> {
  const { pool, limiter } = services
  return {
    passkeySignupBegin: operation('passkeySignupBegin', async ({ client, body }) => {
      await beginSignup(services, client, body)
      return { status: 204 }
    }),
    passkeySignupOptions: operation('passkeySignupOptions', async ({ client, body }) => ({
      status: 200,
      body: await limitSignIn(limiter, 'challenges_address', client.address, () => signupOptions(services, body)),
    })),
    passkeySignupFinalize: operation('passkeySignupFinalize', async (context) => {
      const { client, body } = context
      const request = { actor: actorOf(context), client, isCookie: asksForCookie(services, context) }
      const finish = () => finishSignup(services, request, body)
      const { userId, session } = await limitSignIn(limiter, 'sign_in_address', client.address, finish)
      const { token, headers } = signInHeaders(services, session)
      return { status: 200, headers, body: { token, user: presentUser(await getAccount(pool, userId)) } }
    }),
    passkeyLoginOptions: operation('passkeyLoginOptions', async ({ client }) => ({
      status: 200,
      body: await limitSignIn(limiter, 'challenges_address', client.address, () => loginOptions(services)),
    })),
    passkeyLoginFinalize: operation('passkeyLoginFinalize', async (context) => {
      const { client, body } = context
      const request = { actor: actorOf(context), client, isCookie: asksForCookie(services, context) }
      const finish = () => finishLogin(services, request, body)
      const session = await limitSignIn(limiter, 'sign_in_address', client.address, finish)
      const { token, headers } = signInHeaders(services, session)
      return { status: 200, headers, body: { token } }
    }),
  }
}

function ownPasskeyRoutes(services: SignInServices): Pick<Handlers, OwnOperation> {
  const { pool, limiter } = services
  return {
    passkeyRegisterOptions: operation('passkeyRegisterOptions', async ({ caller, client }) => {
      requireOwnSession(caller)
      await limiter.take('challenges_address', client.address)
      return { status: 200, body: await registerOptions(services, caller.userId) }
    }),
    passkeyRegisterFinalize: operation('passkeyRegisterFinalize', async (context) => {
      const { caller, client, body } = context
      requireOwnSession(caller)
      const request = { actor: actorOf(context), client, userId: caller.userId }
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
      const wish = { id: uuidOrNone(context.params.uuid), nickname: context.body.nickname }
      const row = await renamePasskey(pool, actorOf(context), context.caller.userId, wish)
      return { status: 200, body: presentPasskey(row) }
    }),
  }
}

/** A passkey opens the whole account for good, so no key adds one, nor a session that a key has made. Throws 403. */
function requireOwnSession({ keyId }: Caller): void {
  if (keyId === null) return
  throw apiError(
    'insufficient_scope',
    'A passkey signs in to the whole account, and outlives every API key: add it in the web app, under Account, after signing in.',
  )
}
