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

/** The time in which a step had a machine. */
export interface MachineUse {
  readonly startedAt: number
  readonly finishedAt: number
  readonly resources: Step['resources']
}

/** Returns what machines cost. Implemented by billing. */
export type CostOf = (uses: readonly MachineUse[]) => NonNullable<JobView['cost']>

/** Everything that the views of a build and its jobs are made from. */
export interface ViewOfBuild {
  readonly build: Build
  readonly context: BuildContext
  readonly pipeline: Pick<PipelineRow, 'slug' | 'source_slug'>
  readonly organizationSlug: string
  readonly number: number
  /** Attempts of the steps that are shown, by step, oldest first. */
  readonly attempts: ReadonlyMap<number | null, readonly AttemptRow[]>
  /** The build's version when a job changed last, by job. */
  readonly versions: ReadonlyMap<string, number>
  /** Facts of the logs of the jobs that are shown. */
  readonly logs: ReadonlyMap<string, LogFacts>
  /** How many annotations the jobs that are shown left. */
  readonly annotations: ReadonlyMap<string, number>
  /** Look-ups of the cached steps that are shown. */
  readonly lookUps: ReadonlyMap<string, LookUpRow>
  /** The output of the first jobs that failed. */
  readonly failureOutputs: ReadonlyMap<string, FailureOutput>
  /** The failed tests that those of the jobs reported. */
  readonly failedTests: ReadonlyMap<string, FailedTests>
  /** The steps among them that passed in the newest earlier build of the default branch. */
  readonly newFailures: ReadonlySet<string>
  /** The number of jobs of the queue before a job that waits for a runner. */
  readonly ahead: ReadonlyMap<string, number>
  /** The limits and groups that hold the jobs that are shown back. */
  readonly waits: Waits
  /** The runners that had the jobs that are shown, or that they wait for, by id. */
  readonly runners: ReadonlyMap<string, { readonly name: string; readonly pool: string }>
  /** The holders that `waits` names, by `holderKey`. */
  readonly holders: ReadonlyMap<string, HolderRow>
  /** The room on the runner's disk, when it is too little to begin work; else null. */
  readonly fullDisk: string | null
  readonly costOf: CostOf
  readonly publicUrl: string
  readonly now: number
}
