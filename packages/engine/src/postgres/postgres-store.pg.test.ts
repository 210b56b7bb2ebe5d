import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { storeSuite } from '../store-suite.ts'
import { PostgresStore } from './postgres-store.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'
import { inTransaction } from './transaction.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await startTestDatabase()
})
afterAll(() => database.stop())

storeSuite('PostgreSQL store', async () => {
  const config = await database.create()
  const pool = new pg.Pool(config)
  const store = await PostgresStore.open(config)
  const other = await PostgresStore.open(config)
  return {
    store,
    other,
    async submit(created, context) {
      await inTransaction(pool, (client) => store.submit(client, created, context))
      await store.submitted(created.build.id, created.effects)
    },
    async close() {
      await store.close()
      await other.close()
      await pool.end()
    },
  }
})
