import type pg from 'pg'

/** Runs statements: the pool, or a connection within a transaction. */
export type Database = Pick<pg.ClientBase, 'query'>

/**
 * Runs `work` in one transaction, which is committed when it resolves and rolled back when it
 * rejects.
 */
export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    client.release()
    return result
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      () => client.release(true), // the connection is gone, and the transaction with it
    )
    throw error
  }
}

/** Returns PostgreSQL's code of its error; undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Returns the violated unique constraint or index; undefined for any other error. */
export function violatedConstraint(error: unknown): string | undefined {
  return sqlStateOf(error) === '23505' ? constraintOf(error) : undefined
}

/** Returns the foreign key whose row is missing; undefined for any other error. */
export function danglingReference(error: unknown): string | undefined {
  return sqlStateOf(error) === '23503' ? constraintOf(error) : undefined
}

function constraintOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('constraint' in error)) return undefined
  return typeof error.constraint === 'string' ? error.constraint : undefined
}
