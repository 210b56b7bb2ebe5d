import type { Build, BuildContext, JobState } from '@harmont/engine'
import type { PipelineRow } from '../../organizations/index.ts'
import type { BillingRates } from '../../platform/settings/parse.ts'
import type { Waits } from '../jobs/read-waits.ts'
import type { LogFacts } from '../logs/log-facts.ts'
import type { LookUpRow } from './cache-store.ts'
import type { HolderRow } from './holders.ts'
import type { LastWords } from './last-words.ts'

/** An attempt of a step as a list of attempts shows it. */
export interface AttemptRow {
  readonly id: string
  /** null: what renders the pipeline. */
  readonly step: number | null
  readonly attempt: number
  readonly state: JobState
  readonly exit_code: number | null
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
  /** The build's version when it changed last. */
  readonly version: number
}

/** What of a build the views of its jobs are made with. */
export interface ViewOfBuild {
  readonly build: Build
  readonly context: BuildContext
  readonly pipeline: Pick<PipelineRow, 'slug' | 'source_slug'>
  readonly organizationSlug: string
  readonly number: number
  /** Attempts by step, oldest first; those of the steps that are shown. */
  readonly attempts: ReadonlyMap<number | null, readonly AttemptRow[]>
  /** By job: the build's version when it changed last. */
  readonly versions: ReadonlyMap<string, number>
  /** Of those that are shown. */
  readonly logs: ReadonlyMap<string, LogFacts>
  /** Of cached steps that are shown. */
  readonly lookUps: ReadonlyMap<string, LookUpRow>
  /** Of the first that failed. */
  readonly lastWords: ReadonlyMap<string, LastWords>
  /** Of jobs that wait for a runner: how many of their queue come before them. */
  readonly ahead: ReadonlyMap<string, number>
  /** What holds jobs that are shown back besides the want of a runner. */
  readonly waits: Waits
  /** Those that are waited for in `waits`, by `holderKey`. */
  readonly holders: ReadonlyMap<string, HolderRow>
  /** What is left of the runner's disk, when that is too little to begin work. */
  readonly fullDisk: string | null
  /** null: billing is off. */
  readonly rates: BillingRates | null
  readonly publicUrl: string
  readonly now: number
}
