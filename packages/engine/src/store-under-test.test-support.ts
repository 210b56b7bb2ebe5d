import type { Created } from './core/create-build.ts'
import type { BuildContext, Store } from './store.ts'

/** A store, as the suites see it, for tests. */
export interface StoreUnderTest {
  readonly store: Store
  submit(created: Created, context: BuildContext): Promise<void>
  /**
   * Another view of the same builds, as another process has it; the store itself where there is no
   * other process.
   */
  readonly other: Store
  close(): Promise<void>
}
