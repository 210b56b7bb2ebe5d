import { createHash, randomBytes } from 'node:crypto'

/** Returns a new secret of 256 random bits, as 43 characters that a URL can hold. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Returns the form in which a secret is stored: its lower-case hex SHA-256. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
