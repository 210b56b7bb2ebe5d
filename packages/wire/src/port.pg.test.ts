import { engineMigrations, PostgresStore } from '@harmont/engine'
import { transaction } from '@harmont/engine/transaction'
import { afterFile } from '@harmont/test-kit/file'
import { createDatabase } from '@harmont/test-kit/postgres'
import pg from 'pg'
import { portSuite } from './port-suite.ts'
import { remotePort, type StoreUnderTest } from './port-under-test.test-support.ts'

async function postgres(): Promise<StoreUnderTest> {
  const { connection, drop } = await createDatabase({
    name: 'harmont_engine',
    async fill(config) {
      const client = new pg.Client(config)
      await client.connect()
      for (const { sql } of engineMigrations) await client.query(sql)
      await client.end()
    },
  })
  afterFile(drop)
  const pool = new pg.Pool(connection)
  const store = await PostgresStore.open(connection)
  return {
    store,
    async submit(created, context) {
      await transaction(pool, (client) => store.builds.submit(client, created, context))
      await store.builds.submitted(created.build, created.effects)
    },
    async close() {
      await store.close()
      await pool.end()
    },
  }
}

portSuite('the remote port of a store in PostgreSQL', async () => remotePort(await postgres()))
