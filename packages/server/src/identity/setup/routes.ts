import { type Handlers, operation } from '../../platform/http/index.ts'
import type { SignInServices } from '../services.ts'
import { limitSignIn, signIn } from '../sessions/sign-in.ts'
import { completeSetup, inspectSetup, setupOptions } from './set-up.ts'

/** The setup of a server, by the operator's one-time link. */
export function setupRoutes(
  services: SignInServices,
): Pick<Handlers, 'setupInspect' | 'setupOptions' | 'setupComplete'> {
  return {
    setupInspect: operation('setupInspect', async ({ client, body }) => ({
      status: 200,
      body: await limitSignIn(services, 'challenges_address', client.address, () => inspectSetup(services, body)),
    })),
    setupOptions: operation('setupOptions', async ({ client, body }) => ({
      status: 200,
      body: await limitSignIn(services, 'challenges_address', client.address, () => setupOptions(services, body)),
    })),
    setupComplete: operation('setupComplete', (context) =>
      signIn(services, context, (request) => completeSetup(services, request, context.body)),
    ),
  }
}
