import { createHmac, timingSafeEqual } from 'node:crypto'
import { apiError } from '../../platform/http/index.ts'

/** A header that every delivery of a forge has; `title` is the forge as people write it. Throws 400 `webhook_header_missing`. */
export function requireHeader(title: string, header: (name: string) => string | null, name: string): string {
  const value = header(name)
  if (value) return value
  throw apiError('webhook_header_missing', `A webhook from ${title} must have the header \`${name}\`.`)
}

/** Whether a signature is `sha256=` and the HMAC-SHA256 of the body in hex under the secret, as both GitHub and Bitbucket sign. Compares in constant time. */
export function isSignedUnder(secret: string, body: Buffer, signature: string): boolean {
  const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const sent = Buffer.from(signature)
  return sent.length === right.length && timingSafeEqual(sent, right)
}
