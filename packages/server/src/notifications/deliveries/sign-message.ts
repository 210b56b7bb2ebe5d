/** Signs messages as Standard Webhooks defines it (https://www.standardwebhooks.com, version 1.0.0). */
import { createHmac, randomBytes } from 'node:crypto'
import type { Address } from '../notification.ts'

const prefix = 'whsec_'

/** Returns a new secret in the form of the standard: 32 random bytes. */
export function newSigningSecret(): string {
  return prefix + randomBytes(32).toString('base64')
}

/**
 * Returns the headers of a message. Its id is the idempotency key. For a day after a change of the
 * secret, the earlier one signs as well, so that the receiver can switch at any time of that day.
 */
export function signatureHeaders(address: Address, id: string, body: string, at: Date): Record<string, string> {
  if (address.secret === null) return {}
  const { secret, earlier } = address
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const secrets = earlier !== null && new Date(earlier.until) > at ? [secret, earlier.secret] : [secret]
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((each) => signature(each, `${id}.${timestamp}.${body}`)).join(' '),
  }
}

function signature(secret: string, text: string): string {
  const key = Buffer.from(secret.slice(prefix.length), 'base64')
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`
}
