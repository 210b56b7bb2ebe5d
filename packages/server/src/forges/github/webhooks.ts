import { isSignedUnder, requireHeader } from '../forge/delivery-headers.ts'
import type { ForgeWebhooks } from '../forge/forge.ts'
import { readEvents } from './read-event.ts'

/** How GitHub's webhooks come; `secret` null: the operator has set none, and nothing is signed. */
export function githubWebhooks(secret: string | null): ForgeWebhooks {
  return {
    head: (header) => ({
      id: requireHeader('GitHub', header, 'x-github-delivery'),
      event: requireHeader('GitHub', header, 'x-github-event'),
      signature: requireHeader('GitHub', header, 'x-hub-signature-256'),
      hook: '',
    }),
    async isSigned(body, { signature }) {
      return secret !== null && isSignedUnder(secret, body, signature)
    },
    parse: readEvents,
  }
}
