import { type Handlers, operation } from '../../platform/http/index.ts'
import type { SignInServices } from '../services.ts'
import { beginSignIn, signIn } from '../sessions/sign-in.ts'
import { completeSetup, inspectSetup, setupOptions } from './set-up.ts'

/** The setup of a server, by the operator's one-time link. */
export function setupRoutes(
  services: SignInServices,
): Pick<Handlers, 'setupInspect' | 'setupOptions' | 'setupComplete'> {
  return {
    setupInspect: operation('setupInspect', (context) => beginSignIn(services, context, inspectSetup)),
    setupOptions: operation('setupOptions', (context) => beginSignIn(services, context, setupOptions)),
    setupComplete: operation('setupComplete', (context) =>
      signIn(services, context, (request) => completeSetup(services, request, context.body)),
    ),
  }
}
