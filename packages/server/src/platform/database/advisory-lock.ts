import pg from 'pg'

/**
 * Serializes calls with the same name across all processes. Each call uses a connection of its own,
 * not the pool's, even while it waits. A dead process or a lost connection releases the lock, so it
 * must be safe to run `run` twice.
 */
export async function withAdvisoryLock<T>(pool: pg.Pool, name: string, run: () => Promise<T>): Promise<T> {
  const client = new pg.Client(pool.options)
  // Without a listener, a lost connection would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name])
    return await run()
  } finally {
    await client.end()
  }
}
