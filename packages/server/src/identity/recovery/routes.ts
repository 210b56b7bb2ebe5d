import { type Handlers, operation } from '../../platform/http/index.ts'
import type { SignInServices } from '../services.ts'
import { beginSignIn, signIn } from '../sessions/sign-in.ts'
import { beginRecovery, finishRecovery, recoverOptions } from './recover.ts'

/** Recovering an account by mail. */
export function recoveryRoutes(
  services: SignInServices,
): Pick<Handlers, 'recoverBegin' | 'recoverOptions' | 'recoverFinalize'> {
  return {
    recoverBegin: operation('recoverBegin', async ({ client, body }) => {
      await beginRecovery(services, client, body)
      return { status: 204 }
    }),
    recoverOptions: operation('recoverOptions', (context) => beginSignIn(services, context, recoverOptions)),
    recoverFinalize: operation('recoverFinalize', (context) =>
      signIn(services, context, (request) => finishRecovery(services, request, context.body)),
    ),
  }
}
