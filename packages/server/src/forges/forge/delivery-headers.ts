import { createHmac, timingSafeEqual } from 'node:crypto'
import { apiError } from '../../platform/http/index.ts'

/**
 * Returns a header of a delivery; `title` is the name of the forge. Throws 400
 * `webhook_header_missing`.
 */
export function requireHeader(title: string, header: (name: string) => string | null, name: string): string {
  const value = header(name)
  if (value) return value
  throw apiError('webhook_header_missing', `A webhook from ${title} must have the header \`${name}\`.`)
}

/**
 * Returns whether a signature is `sha256=` and the body's HMAC-SHA256 in hex. Compares in constant
 * time.
 */
export function isSignedUnder(secret: string, body: Buffer, signature: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const sent = Buffer.from(signature)
  return sent.length === expected.length && timingSafeEqual(sent, expected)
}
