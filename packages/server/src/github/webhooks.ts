import { createHmac, timingSafeEqual } from 'node:crypto'
import type { DeliveryHead, ForgeWebhooks } from '../forges/provider.ts'
import { apiError } from '../http/index.ts'
import { readEvent } from './read-event.ts'

/** How GitHub's webhooks come; `secret` null: the operator has set none, and nothing is signed. */
export function githubWebhooks(secret: string | null): ForgeWebhooks {
  return {
    head: (header) => ({
      id: required(header, 'x-github-delivery'),
      event: required(header, 'x-github-event'),
      signature: required(header, 'x-hub-signature-256'),
    }),
    isSigned(body, signature) {
      if (secret === null) return false
      const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
      const sent = Buffer.from(signature)
      return sent.length === right.length && timingSafeEqual(sent, right)
    },
    parse: readEvent,
  }
}

function required(header: (name: string) => string | null, name: string): DeliveryHead['id'] {
  const value = header(name)
  if (value) return value
  throw apiError('webhook_header_missing', `A webhook of GitHub has the header \`${name}\`; got none.`)
}
