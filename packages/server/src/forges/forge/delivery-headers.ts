import { createHmac, timingSafeEqual } from 'node:crypto'
import { apiError } from '../../platform/http/index.ts'

/** Returns a header of a delivery of the forge `title`. Throws 400 `webhook_header_missing`. */
export function requireHeader(title: string, header: (name: string) => string | null, name: string): string {
  const value = header(name)
  if (value) return value
  throw apiError('webhook_header_missing', `A webhook from ${title} must have the header \`${name}\`.`)
}

/** Compares a signature with `sha256=` and the body's HMAC-SHA256, in constant time. */
export function isSignedUnder(secret: string, body: Buffer, signature: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const sent = Buffer.from(signature)
  return sent.length === expected.length && timingSafeEqual(sent, expected)
}
