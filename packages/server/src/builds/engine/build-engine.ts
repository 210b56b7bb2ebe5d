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

/** The engine as used by the server's features. */
export interface BuildEngine {
  readonly store: PostgresStore
  /** The logs of all jobs. The store has only those that are not packed. */
  readonly logs: JobLogs
  /**
   * Writes a new build within the client's open transaction. Call `announce` after the commit; it
   * resolves when the build has taken its place in its group, if one is free.
   */
  submit(
    client: pg.ClientBase,
    request: NewBuild,
    context: BuildContext,
  ): Promise<{ readonly build: Build; readonly announce: () => Promise<void> }>
}

/** Combines the engine's store with the server's logs. */
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
