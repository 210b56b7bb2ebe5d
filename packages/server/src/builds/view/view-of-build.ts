import type { components } from '@harmont/contract'
import type { Build, BuildContext, Step } from '@harmont/engine'
import type { PipelineRow } from '../../organizations/index.ts'
import type { Complete } from '../../platform/http/index.ts'
import type { Waits } from '../jobs/read-waits.ts'
import type { LogFacts } from '../logs/log-facts.ts'
import type { FailedTests } from '../tests/failed-tests.ts'
import type { FailureOutput } from './failure-output.ts'
import type { HolderRow } from './holders.ts'
import type { AttemptRow, LookUpRow } from './store.ts'

export type JobView = Complete<components['schemas']['JobView']>

/** The time for which a step had a machine. */
export interface MachineUse {
  readonly startedAt: number
  readonly finishedAt: number
  readonly resources: Step['resources']
}

/** Returns the cost of machines. Implemented by billing. */
export type CostOf = (uses: readonly MachineUse[]) => NonNullable<JobView['cost']>

/** The data for the views of a build and its jobs. */
export interface ViewOfBuild {
  readonly build: Build
  readonly context: BuildContext
  readonly pipeline: Pick<PipelineRow, 'slug' | 'source_slug'>
  readonly organizationSlug: string
  readonly number: number
  /** Attempts at the shown steps, by step, oldest first. */
  readonly attempts: ReadonlyMap<number | null, readonly AttemptRow[]>
  /** The build's version at the latest change of a job, by job. */
  readonly versions: ReadonlyMap<string, number>
  /** Facts of the logs of the shown jobs. */
  readonly logs: ReadonlyMap<string, LogFacts>
  /** The number of annotations of the shown jobs. */
  readonly annotations: ReadonlyMap<string, number>
  /** Lookups of the shown steps that have a cache key. */
  readonly lookUps: ReadonlyMap<string, LookUpRow>
  /** The output of the first failed jobs. */
  readonly failureOutputs: ReadonlyMap<string, FailureOutput>
  /** The failed tests reported by these jobs. */
  readonly failedTests: ReadonlyMap<string, FailedTests>
  /** The ids of the failed tests that passed in the newest earlier build of the default branch. */
  readonly newFailures: ReadonlySet<string>
  /** The number of jobs of the queue before a job that waits for a runner. */
  readonly ahead: ReadonlyMap<string, number>
  /** The limits and groups that delay the shown jobs. */
  readonly waits: Waits
  /** The runners that had the shown jobs, or for which these wait, by id. */
  readonly runners: ReadonlyMap<string, { readonly name: string; readonly pool: string }>
  /** The holders named by `waits`, by `holderKey`. */
  readonly holders: ReadonlyMap<string, HolderRow>
  /** The free space on the runner's disk if it is too little to start work; otherwise null. */
  readonly fullDisk: string | null
  readonly costOf: CostOf
  readonly publicUrl: string
  readonly now: number
}
