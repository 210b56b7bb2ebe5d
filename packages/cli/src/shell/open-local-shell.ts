import {
  createBuild,
  createEngine,
  createMemoryStore,
  defaultLeastFreeBytes,
  defaultStoreSettings,
  type Log,
  ShellUnavailable,
  watchDisk,
} from '@harmont/engine'
import type { Plan } from '@harmont/ir'
import { type Conversation, SandboxError, type SourceTreeRef, type TerminalSize } from '@harmont/sandbox'
import type { GitFacts } from '@harmont/source-set'
import { exits, HmError } from '../errors.ts'
import type { LocalHome } from '../records/home.ts'
import { type RunRecord, stepsOf } from '../records/run-record.ts'
import { localContext } from '../runs/local-context.ts'
import { secretIds } from '../runs/secrets.ts'
import type { History } from '../runs/take-source.ts'
import type { Sandboxes } from '../sandboxes/open-sandboxes.ts'

export interface LocalShell {
  readonly home: LocalHome
  readonly sandboxes: Sandboxes
  readonly run: RunRecord
  readonly plan: Plan
  readonly git: GitFacts | null
  readonly org: string | undefined
  /** The project's files, for a file system that a step started from. */
  readonly tree: SourceTreeRef | null
  readonly history: History
  readonly secrets: ReadonlyMap<string, string>
  /** The key of the step. */
  readonly key: string
  readonly before: boolean
  readonly script: string | null
  readonly size: TerminalSize | null
  readonly log: Log
  /** The remedy when the file system no longer exists. */
  readonly fix: string
}

/**
 * Opens a shell over a recorded run. The engine gets the build as recorded, fully ended, and is
 * never started. Throws exit 5 for a file system that no longer exists.
 */
export async function openLocalShell(
  shell: LocalShell,
): Promise<{ readonly conversation: Conversation; close(): Promise<void> }> {
  const { home, sandboxes, run, plan, git, org, tree, history, secrets, before, script, size, log, fix } = shell
  const store = createMemoryStore(defaultStoreSettings)
  const from = { kind: 'plan', plan, conditions: plan.steps.map(() => true) } as const
  const { build } = createBuild(
    { id: run.id, queue: 'local', at: run.startedAt, held: false, from },
    defaultStoreSettings,
  )
  const recorded = new Map(stepsOf(run.events).map((step) => [step.key, step]))
  const jobs = build.jobs.map((job, slot) => {
    const { snapshot = null, attempts = 1 } = recorded.get(plan.steps[slot]?.key ?? '') ?? {}
    return { ...job, state: 'passed', attempt: Math.max(1, attempts), snapshot } as const
  })
  store.builds.submit(
    { build: { ...build, state: 'passed', finishedAt: run.startedAt, jobs }, effects: [] },
    localContext({ facts: run, git, org, tree, anew: [] }),
  )
  const disk = await watchDisk({ path: home.root, leastFreeBytes: defaultLeastFreeBytes, log })
  const engine = createEngine({
    store,
    sources: {
      offer: async (_, source) => {
        if (source.kind !== 'tree') throw new Error(`expected a tree as the source of a local run, got ${source.kind}`)
        return { kind: 'tree', tree: source.tree, ...history }
      },
    },
    secrets: secretIds(secrets, run.directory),
    log,
    runner: {
      id: 'local',
      driver: sandboxes.driver,
      images: sandboxes.images,
      slots: 1,
      sourceDirectory: home.sources,
      disk,
      networkModes: sandboxes.networkModes,
      renderer: null,
      cacheBytes: Number.MAX_SAFE_INTEGER,
    },
  })
  const closeAll = async () => {
    await disk.stop()
    await engine.close()
  }
  try {
    const jobId = jobs[plan.steps.findIndex(({ key }) => key === shell.key)]?.id ?? ''
    const conversation = await engine.openShell({ buildId: run.id, jobId, before, script, size })
    return { conversation, close: closeAll }
  } catch (error) {
    await closeAll()
    if (error instanceof SandboxError) throw new HmError(exits.unavailable, error.code, error.message, { cause: error })
    if (!(error instanceof ShellUnavailable)) throw error
    throw new HmError(exits.notFound, error.code, error.message, { fix, cause: error })
  }
}
