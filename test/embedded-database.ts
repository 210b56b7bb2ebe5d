import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'

/** A connection to the PostgreSQL of a running server's data directory. */
export async function connectTo(dataDirectory: string): Promise<pg.Client> {
  const client = new pg.Client({
    host: join(dataDirectory, 'database', 'data'),
    user: 'harmont',
    database: 'postgres',
    password: (await readFile(join(dataDirectory, 'secrets', 'database-password'), 'utf8')).trim(),
  })
  await client.connect()
  return client
}
