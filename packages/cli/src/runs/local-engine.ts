import { createEngine, type DiskWatch, type Engine, type Log, type MemoryStore, openFileParts } from '@harmont/engine'
import type { LocalHome } from '../records/home.ts'
import type { Sandboxes } from '../sandboxes/open-sandboxes.ts'
import { secretIds } from './secrets.ts'
import type { History } from './take-source.ts'

export interface LocalEngine {
  readonly store: MemoryStore
  readonly home: LocalHome
  readonly sandboxes: Sandboxes
  /** The project. */
  readonly directory: string
  readonly history: History
  readonly secrets: ReadonlyMap<string, string>
  /** Maximum number of concurrent steps. */
  readonly slots: number
  readonly disk: DiskWatch
  readonly log: Log
}

/** Creates the engine of a local build, whose source is a tree on this machine. */
export function createLocalEngine(given: LocalEngine): Engine {
  const { store, home, sandboxes, directory, history, secrets, slots, disk, log } = given
  return createEngine({
    store,
    sources: {
      offer: async (_, source) => {
        if (source.kind !== 'tree') throw new Error(`expected a tree as the source of a local run, got ${source.kind}`)
        return { kind: 'tree', tree: source.tree, ...history }
      },
    },
    secrets: secretIds(secrets, directory),
    parts: openFileParts(home.parts),
    log,
    collecting: null,
    runner: {
      id: 'local',
      driver: sandboxes.driver,
      images: sandboxes.images,
      slots,
      sourceDirectory: home.sources,
      disk,
      networkModes: sandboxes.networkModes,
      renderer: null,
      cacheBytes: Number.MAX_SAFE_INTEGER,
      tellsFaults: true,
    },
  })
}
