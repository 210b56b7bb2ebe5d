import pg from 'pg'
import { storeSuite } from '../store-suite.ts'
import { engineDatabase } from './engine-database.test-support.ts'
import { PostgresStore } from './postgres-store.ts'
import { submitCreated } from './submit-build.test-support.ts'

storeSuite('PostgreSQL store', async () => {
  const config = await engineDatabase()
  const pool = new pg.Pool(config)
  const store = await PostgresStore.open(config)
  const other = await PostgresStore.open(config)
  return {
    store,
    other,
    async submit(created, context) {
      await submitCreated(pool, store, created, context)
    },
    async close() {
      await store.close()
      await other.close()
      await pool.end()
    },
  }
})
