import type { Database } from '../../platform/database/transaction.ts'

/** A build that is opened again needs the token that its runners fetch its source with. */
export async function restoreRunnerToken(database: Database, buildId: string, tokenHash: string): Promise<void> {
  await database.query('update build_records set runner_token_hash = $2 where id = $1', [buildId, tokenHash])
}
