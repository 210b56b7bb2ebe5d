import { createHmac } from 'node:crypto'

/**
 * The token with which a runner on another machine fetches the source of one build. Made from a secret instead of kept, so that whoever hands out a
 * lease has it, and the database holds its hash only.
 */
export function runnerToken(secret: string, buildId: string): string {
  return createHmac('sha256', secret).update(`runner ${buildId}`).digest('base64url')
}
