/** The two services of the shop, by the names that the pipeline gives them. */
import pg from 'pg'
import { createClient } from 'redis'

export const database = new pg.Pool({
  connectionString: process.env.DATABASE_URL ?? 'postgres://postgres:shop@db:5432/postgres',
  max: 4,
})

export type Cache = ReturnType<typeof createClient>

/** Returns an open connection to Redis. The caller closes it. */
export async function openCache(): Promise<Cache> {
  const client = createClient({ url: process.env.REDIS_URL ?? 'redis://cache:6379' })
  await client.connect()
  return client as Cache
}
