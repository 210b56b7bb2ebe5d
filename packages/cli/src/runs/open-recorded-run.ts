import {
  createBuild,
  createMemoryStore,
  defaultLeastFreeBytes,
  defaultStoreSettings,
  type Engine,
  type Log,
  watchDisk,
} from '@harmont/engine'
import type { Plan } from '@harmont/ir'
import type { SourceTreeRef } from '@harmont/sandbox'
import type { GitFacts } from '@harmont/source-set'
import type { LocalHome } from '../records/home.ts'
import { recordedDeals } from '../records/recorded-splits.ts'
import { type RunRecord, stepsOf } from '../records/run-record.ts'
import type { Sandboxes } from '../sandboxes/open-sandboxes.ts'
import { localContext } from './local-context.ts'
import { createLocalEngine } from './local-engine.ts'
import type { History } from './take-source.ts'

export interface RecordedRun {
  readonly home: LocalHome
  readonly sandboxes: Sandboxes
  readonly run: RunRecord
  readonly plan: Plan
  readonly git: GitFacts | null
  readonly org: string | undefined
  /** The project's files, for a step's initial file system. */
  readonly tree: SourceTreeRef | null
  readonly history: History
  readonly secrets: ReadonlyMap<string, string>
  readonly log: Log
}

/** A recorded run in an engine that is never started. */
export interface OpenedRun {
  readonly engine: Engine
  /** Returns the id of the job of a step. */
  jobOf(key: string): string
  close(): Promise<void>
}

/** Opens a recorded run as an ended build. */
export async function openRecordedRun(recorded: RecordedRun): Promise<OpenedRun> {
  const { home, sandboxes, run, plan, git, org, tree, history, secrets, log } = recorded
  // Shards get the same files as in that run.
  const earlier = recordedDeals(home.runs, run.record)
  const store = createMemoryStore(defaultStoreSettings, { times: () => new Map(), earlier, keep: () => {} })
  const from = { kind: 'plan', plan, conditions: plan.steps.map(() => true) } as const
  const { build } = createBuild(
    { id: run.id, queue: 'local', at: run.startedAt, held: false, from },
    defaultStoreSettings,
  )
  const steps = new Map(stepsOf(run.events).map((step) => [step.key, step]))
  const jobs = build.jobs.map((job, slot) => {
    const { snapshot = null, serviceSnapshots = {}, attempts = 1 } = steps.get(plan.steps[slot]?.key ?? '') ?? {}
    return { ...job, state: 'passed', attempt: Math.max(1, attempts), snapshot, serviceSnapshots } as const
  })
  store.builds.submit(
    { build: { ...build, state: 'passed', finishedAt: run.startedAt, jobs }, effects: [] },
    localContext({ facts: run, git, org, tree, anew: [] }),
  )
  const disk = await watchDisk({ path: home.root, leastFreeBytes: defaultLeastFreeBytes, log })
  const { directory } = run
  const engine = createLocalEngine({ store, home, sandboxes, directory, history, secrets, slots: 1, disk, log })
  return {
    engine,
    jobOf: (key) => jobs[plan.steps.findIndex((step) => step.key === key)]?.id ?? '',
    close: async () => {
      await disk.stop()
      await engine.close()
    },
  }
}
