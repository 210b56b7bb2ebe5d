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

/** The engine as the server's features use it. */
export interface BuildEngine {
  readonly store: PostgresStore
  /** The logs of jobs, packed or not; the store has only those that are not packed. */
  readonly logs: JobLogs
  /**
   * Writes a new build within the client's open transaction. Call `announce` once that is
   * committed; it resolves when the build waits only as it must.
   */
  submit(
    client: pg.ClientBase,
    request: NewBuild,
    context: BuildContext,
  ): Promise<{ readonly build: Build; readonly announce: () => Promise<void> }>
}

/** Joins a store of the engine with the server's logs. */
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
