import type pg from 'pg'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Handlers, scopedOperation } from '../../platform/http/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import type { DeliveryHead, Forge, Forges } from '../forge/forge.ts'
import { insertDelivery, queueDelivery } from './store.ts'

export interface WebhookServices {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
  readonly forges: Forges
}

const longestName = 255

/** Receives webhooks of forges (`http.md` 11.3, G36). */
export function webhookRoutes({ pool, limiter, forges }: WebhookServices): Pick<Handlers, 'receiveWebhook'> {
  return {
    receiveWebhook: scopedOperation('receiveWebhook', {
      resolve: async ({ params, client, header }) => {
        await limiter.check('webhook_failures_address', client.address)
        const forge = requireForge(forges, params.provider)
        const head = forge.webhooks.head(header)
        requireNames(head)
        return { forge, head }
      },
      handle: async ({ scope: { forge, head }, body, client }) => {
        if (!(await forge.webhooks.isSigned(body.raw, head))) {
          await limiter.note('webhook_failures_address', client.address)
          throw apiError(
            'webhook_signature_invalid',
            'The signature must be the HMAC-SHA-256 of the body as sent, under the secret of the webhook; check that both sides have the same secret.',
          )
        }
        const name = { forge: forge.name, deliveryId: head.id }
        const isNew = await transaction(pool, async (client) => {
          const inserted = await insertDelivery(client, name, head.event, body.raw)
          if (inserted) await queueDelivery(client, name)
          return inserted
        })
        return isNew ? { status: 202, body: { status: 'accepted' } } : { status: 200, body: { status: 'duplicate' } }
      },
    }),
  }
}

function requireForge(forges: Forges, name: string): Forge {
  const forge = forges.get(name)
  if (forge !== undefined && forge.notConfigured === null) return forge
  if (forge?.notConfigured) throw apiError(forge.notConfigured, `This server is not set up for ${forge.title}.`)
  throw apiError('webhook_provider_unknown', 'Webhooks are accepted from `github` and `bitbucket`.')
}

/** Throws 400 if the id of a delivery is too long for a database key. */
function requireNames({ id, event, hook }: DeliveryHead): void {
  for (const [what, name] of Object.entries({ id, event, hook }))
    if (name.length > longestName)
      throw apiError(
        'webhook_header_missing',
        `The ${what} of the delivery must have at most ${longestName} characters; got ${name.length}.`,
      )
}
