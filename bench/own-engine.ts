import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlannedStep } from '@harmont/ir'
import pg from 'pg'
import { engineMigrations, PostgresStore } from '../packages/engine/src/index.ts'
import { createPlain, submitCreated } from '../packages/engine/src/postgres/submit-build.test-support.ts'
import { createLog } from '../packages/server/src/platform/create-log.ts'
import { startEmbeddedPostgres } from '../packages/server/src/platform/database/embedded/supervisor.ts'

export interface OwnEngine {
  readonly store: PostgresStore
  readonly pool: pg.Pool
  /** The data directory of PostgreSQL. */
  readonly data: string
  /** Submits a build of these steps, and returns its id. */
  submit(queue: string, steps: readonly Partial<PlannedStep>[]): Promise<string>
}

/** Measures with the engine's store on a temporary PostgreSQL. */
export async function withEngine(measure: (engine: OwnEngine) => Promise<string>): Promise<string> {
  const directory = await mkdtemp('/var/tmp/harmont-bench-')
  const state = join(directory, 'database')
  const database = await startEmbeddedPostgres(state, 'bench', createLog('silent'))
  const pool = new pg.Pool(database.connection)
  for (const { sql } of engineMigrations) await pool.query(sql)
  const store = await PostgresStore.open(database.connection)
  try {
    return await measure({
      store,
      pool,
      data: join(state, 'data'),
      submit: (queue, steps) => submitCreated(pool, store, createPlain(steps, { queue, at: Date.now() })),
    })
  } finally {
    await store.close()
    await pool.end()
    await database.stop()
    await rm(directory, { recursive: true })
  }
}
