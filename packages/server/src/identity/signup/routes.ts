import { type Handlers, operation } from '../../platform/http/index.ts'
import type { SignInServices } from '../services.ts'
import { beginSignIn, signIn } from '../sessions/sign-in.ts'
import { beginSignup, finishSignup, signupOptions } from './sign-up.ts'

/** Signing up with a passkey. */
export function signupRoutes(
  services: SignInServices,
): Pick<Handlers, 'passkeySignupBegin' | 'passkeySignupOptions' | 'passkeySignupFinalize'> {
  return {
    passkeySignupBegin: operation('passkeySignupBegin', async ({ client, body }) => {
      await beginSignup(services, client, body)
      return { status: 204 }
    }),
    passkeySignupOptions: operation('passkeySignupOptions', (context) => beginSignIn(services, context, signupOptions)),
    passkeySignupFinalize: operation('passkeySignupFinalize', (context) =>
      signIn(services, context, (request) => finishSignup(services, request, context.body)),
    ),
  }
}
