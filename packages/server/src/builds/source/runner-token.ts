import { createHmac } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'

/**
 * Returns the token with which a runner on another machine fetches the source of a build. Derives
 * it from a secret, so that every process can compute it for a lease, and the database holds only
 * its hash.
 */
export function runnerToken(secret: string, buildId: string): string {
  return createHmac('sha256', secret).update(`runner ${buildId}`).digest('base64url')
}

/** Restores the token of a reopened build, with which its runners fetch its source. */
export async function restoreRunnerToken(database: Database, buildId: string, tokenHash: string): Promise<void> {
  await database.query('update build_records set runner_token_hash = $2 where id = $1', [buildId, tokenHash])
}
