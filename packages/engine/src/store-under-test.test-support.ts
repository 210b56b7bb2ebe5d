import type { Created } from './core/create-build.ts'
import type { BuildContext, Store } from './store.ts'

/** The interface of a store for the suites. */
export interface StoreUnderTest {
  readonly store: Store
  submit(created: Created, context: BuildContext): Promise<void>
  /**
   * Another view of the same builds, like that of another process; the store itself if there is no
   * other process.
   */
  readonly other: Store
  close(): Promise<void>
}
