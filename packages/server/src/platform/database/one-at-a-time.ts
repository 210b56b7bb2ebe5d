import pg from 'pg'

/**
 * Runs one of the calls of this name after another, whatever processes they are of, without a row or a connection of the pool: who runs and who waits has a
 * connection of its own for as long. Whoever dies lets go; so does a lost connection, so that what is run must be harmless twice.
 */
export async function oneAtATime<T>(pool: pg.Pool, name: string, run: () => Promise<T>): Promise<T> {
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
