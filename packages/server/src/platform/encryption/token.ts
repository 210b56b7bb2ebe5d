import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Returns a new secret of 256 random bits, as 43 characters of base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Returns the form in which a secret is stored: its lower-case hex SHA-256. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Compares two secrets of any lengths in constant time. */
export function isSameToken(sent: string, right: string): boolean {
  return isTokenOf(sent, hashToken(right))
}

/** Compares a secret with a stored form in constant time. */
export function isTokenOf(sent: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashToken(sent)), Buffer.from(hash))
}
