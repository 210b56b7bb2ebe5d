import { createHmac } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'

/**
 * Returns the token with which a runner on another machine fetches the source of one build. It is
 * made from a secret instead of stored, so that every process that hands out a lease has it, and
 * the database holds only its hash.
 */
export function runnerToken(secret: string, buildId: string): string {
  return createHmac('sha256', secret).update(`runner ${buildId}`).digest('base64url')
}

/** Restores the token of a build that is opened again: its runners fetch its source with it. */
export async function restoreRunnerToken(database: Database, buildId: string, tokenHash: string): Promise<void> {
  await database.query('update build_records set runner_token_hash = $2 where id = $1', [buildId, tokenHash])
}
