import { actorOf } from '../../platform/audit/record-audit.ts'
import { type Handlers, operation } from '../../platform/http/index.ts'
import { presentUser } from '../accounts/present.ts'
import { getAccount } from '../accounts/store.ts'
import type { SignInServices } from '../services.ts'
import { asksForCookie, signInHeaders } from '../sessions/answer-sign-in.ts'
import { limitSignIn } from '../sessions/limit-sign-in.ts'
import { inspectSetup, setupOptions } from './begin-setup.ts'
import { completeSetup } from './complete-setup.ts'

/** What the one-time link of an operator leads to. */
export function setupRoutes(
  services: SignInServices,
): Pick<Handlers, 'setupInspect' | 'setupOptions' | 'setupComplete'> {
  const { pool, limiter } = services
  return {
    setupInspect: operation('setupInspect', async ({ client, body }) => ({
      status: 200,
      body: await limitSignIn(limiter, 'challenges_address', client.address, () => inspectSetup(services, body)),
    })),
    setupOptions: operation('setupOptions', async ({ client, body }) => ({
      status: 200,
      body: await limitSignIn(limiter, 'challenges_address', client.address, () => setupOptions(services, body)),
    })),
    setupComplete: operation('setupComplete', async (context) => {
      const { client, body } = context
      const request = { actor: actorOf(context), client, isCookie: asksForCookie(services, context) }
      const finish = () => completeSetup(services, request, body)
      const { userId, session } = await limitSignIn(limiter, 'sign_in_address', client.address, finish)
      const { token, headers } = signInHeaders(services, session)
      return { status: 200, headers, body: { token, user: presentUser(await getAccount(pool, userId)) } }
    }),
  }
}
