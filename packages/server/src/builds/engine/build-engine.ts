import {
  type Build,
  type BuildContext,
  createBuild,
  defaultStoreSettings,
  type NewBuild,
  type PostgresStore,
} from '@harmont/engine'
import type pg from 'pg'
import type { JobLogs } from '../logs/job-logs.ts'

/** What the features ask of the engine. */
export interface BuildEngine {
  readonly store: PostgresStore
  /** What jobs wrote, packed or not; the store has only what is not. */
  readonly logs: JobLogs
  /** Writes a new build within the client's open transaction; `announce` is to be called once that is committed, and resolves when it waits only as it must. */
  submit(
    client: pg.ClientBase,
    request: NewBuild,
    context: BuildContext,
  ): Promise<{ readonly build: Build; readonly announce: () => Promise<void> }>
}

/** The engine's builds in this database. */
export function buildEngine(store: PostgresStore, logs: JobLogs): BuildEngine {
  return {
    store,
    logs,
    async submit(client, request, context) {
      const created = createBuild(request, defaultStoreSettings)
      await store.builds.submit(client, created, context)
      return { build: created.build, announce: () => store.builds.submitted(created.build, created.effects) }
    },
  }
}
