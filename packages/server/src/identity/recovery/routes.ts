import { actorOf } from '../../platform/audit/record-audit.ts'
import { type Handlers, operation } from '../../platform/http/index.ts'
import { presentUser } from '../accounts/present.ts'
import { getAccount } from '../accounts/store.ts'
import type { SignInServices } from '../services.ts'
import { asksForCookie, signInHeaders } from '../sessions/answer-sign-in.ts'
import { limitSignIn } from '../sessions/limit-sign-in.ts'
import { beginRecovery } from './begin-recovery.ts'
import { finishRecovery, recoverOptions } from './recover.ts'

/** Getting back into an account by mail. */
export function recoveryRoutes(
  services: SignInServices,
): Pick<Handlers, 'recoverBegin' | 'recoverOptions' | 'recoverFinalize'> {
  const { pool, limiter } = services
  return {
    recoverBegin: operation('recoverBegin', async ({ client, body }) => {
      await beginRecovery(services, client, body)
      return { status: 204 }
    }),
    recoverOptions: operation('recoverOptions', async ({ client, body }) => ({
      status: 200,
      body: await limitSignIn(limiter, 'challenges_address', client.address, () => recoverOptions(services, body)),
    })),
    recoverFinalize: operation('recoverFinalize', async (context) => {
      const { client, body } = context
      const request = { actor: actorOf(context), client, isCookie: asksForCookie(services, context) }
      const finish = () => finishRecovery(services, request, body)
      const { userId, session } = await limitSignIn(limiter, 'sign_in_address', client.address, finish)
      const { token, headers } = signInHeaders(services, session)
      return { status: 200, headers, body: { token, user: presentUser(await getAccount(pool, userId)) } }
    }),
  }
}
