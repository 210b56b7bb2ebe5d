import { randomBytes } from 'node:crypto'
import { isSignedUnder, requireHeader } from '../forge/delivery-headers.ts'
import type { ForgeWebhooks } from '../forge/forge.ts'
import type { BitbucketApp } from './app.ts'
import { secretOfHook } from './hook-store.ts'
import { bareUuid } from './hooks.ts'
import { readEvents } from './read-event.ts'

/** How Bitbucket's webhooks come. Each repository signs with a secret of its own, which the webhook's id names; `app` null: none of them is ours. */
export function bitbucketWebhooks(app: BitbucketApp | null): ForgeWebhooks {
  return {
    head: (header) => ({
      id: requireHeader('Bitbucket', header, 'x-request-uuid'),
      event: requireHeader('Bitbucket', header, 'x-event-key'),
      signature: requireHeader('Bitbucket', header, 'x-hub-signature'),
      hook: requireHeader('Bitbucket', header, 'x-hook-uuid'),
    }),
    async isSigned(body, { signature, hook }) {
      const known = app === null ? undefined : await secretOfHook(app.pool, app.sealer, bareUuid(hook))
      // A webhook that is none of ours takes as long as a wrong signature.
      const secret = known ?? randomBytes(32).toString('base64url')
      return isSignedUnder(secret, body, signature)
    },
    parse: readEvents,
  }
}
