import {
  type Build,
  type BuildContext,
  createBuild,
  defaultStoreSettings,
  type NewBuild,
  type PostgresStore,
} from '@harmont/engine'
import type pg from 'pg'

/** What the features ask of the engine. */
export interface BuildEngine {
  readonly store: PostgresStore
  /** Writes a new build within the client's open transaction; `announce` is to be called once that is committed. */
  submit(
    client: pg.ClientBase,
    request: NewBuild,
    context: BuildContext,
  ): Promise<{ readonly build: Build; readonly announce: () => void }>
}

/** The engine's builds in this database. */
export function buildEngine(store: PostgresStore): BuildEngine {
  return {
    store,
    async submit(client, request, context) {
      const created = createBuild(request, defaultStoreSettings)
      await store.submit(client, created, context)
      return { build: created.build, announce: () => store.submitted(created.build.id, created.effects) }
    },
  }
}
