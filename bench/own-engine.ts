import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlannedStep } from '@harmont/ir'
import pg from 'pg'
import { plainPlan } from '../packages/engine/src/core/random-plan.test-support.ts'
import { createBuild, defaultStoreSettings, engineMigrations, PostgresStore } from '../packages/engine/src/index.ts'
import { plainContext } from '../packages/engine/src/plain-context.test-support.ts'
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

/** Measures with the engine's store on a PostgreSQL of its own. */
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
      async submit(queue, steps) {
        const from = { kind: 'plan', plan: plainPlan(steps), conditions: steps.map(() => true) } as const
        const id = randomUUID()
        const created = createBuild({ id, queue, at: Date.now(), held: false, from }, defaultStoreSettings)
        const client = await pool.connect()
        await client.query('begin')
        await store.builds.submit(client, created, plainContext)
        await client.query('commit')
        client.release()
        await store.builds.submitted(created.build, created.effects)
        return id
      },
    })
  } finally {
    await store.close()
    await pool.end()
    await database.stop()
    await rm(directory, { recursive: true })
  }
}
