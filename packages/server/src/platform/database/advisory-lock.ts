import pg from 'pg'

/**
 * Serialises the calls of a name across all processes, without a row or a connection of the pool:
 * each call has a connection of its own, also while it waits. A dead process or a lost connection
 * releases its turn, so `run` must be harmless twice.
 */
export async function withAdvisoryLock<T>(pool: pg.Pool, name: string, run: () => Promise<T>): Promise<T> {
  const client = new pg.Client(pool.options)
  // Without a listener a lost connection would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name])
    return await run()
  } finally {
    await client.end()
  }
}
