import { createHash } from 'node:crypto'

/** What is stored of a secret: its lower-case hex SHA-256. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
