/** Submits builds to a store on PostgreSQL, as a server does, for tests and benchmarks. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Created, createBuild, type NewBuild } from '../core/create-build.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { plainContext } from '../plain-context.test-support.ts'
import type { BuildContext } from '../store.ts'
import { defaultStoreSettings } from '../store-settings.ts'
import type { PostgresStore } from './postgres-store.ts'
import { transaction } from './transaction.ts'

/** Submits a build, and returns its id. */
export async function submitCreated(
  pool: pg.Pool,
  store: PostgresStore,
  created: Created,
  context: BuildContext = plainContext,
): Promise<string> {
  await transaction(pool, (client) => store.builds.submit(client, created, context))
  await store.builds.submitted(created.build, created.effects)
  return created.build.id
}

/** Creates a build of these steps, whose conditions all hold. */
export function createPlain(
  steps: Parameters<typeof plainPlan>[0],
  build: Pick<NewBuild, 'at'> & Partial<Pick<NewBuild, 'queue' | 'pipeline'>>,
): Created {
  const from = { kind: 'plan', plan: plainPlan(steps), conditions: steps.map(() => true) } as const
  return createBuild({ id: randomUUID(), queue: 'q', held: false, from, ...build }, defaultStoreSettings)
}
