/**
 * Defines the events of a run: one vocabulary for local and cloud runs and for every view. Members
 * are as `--json` prints them. Kinds and members may be added; none is ever removed. Every step is
 * queued before any other event of it.
 */

/** Unix milliseconds, as everywhere in the engine; printed as RFC 3339. */
export type Instant = number

/** The states of a job as the API names them. */
export type StepState = 'passed' | 'failed' | 'skipped' | 'canceled' | 'timed_out'

export interface FailedTest {
  /** With the names of its suites. */
  readonly name: string
  /** Relative to the root of the repository. */
  readonly file: string | null
  readonly line: number | null
  /** The beginning of what its tool says; may have several lines. */
  readonly message: string | null
}

/** When an attempt of a step waited, was prepared and ran. */
export interface AttemptTimes {
  /** When all that it waits for had ended; null when that is not known. */
  readonly ready_at: Instant | null
  readonly assigned_at: Instant | null
  readonly started_at: Instant | null
  readonly finished_at: Instant
  /** The parts of its work around its command. */
  readonly phases: readonly { readonly name: string; readonly started_at: Instant; readonly ms: number }[]
}

export type RunEvent =
  | {
      readonly kind: 'build_start'
      readonly run_id: string
      readonly plan: {
        readonly step_count: number
        /** Roots: steps that build in no other. */
        readonly chain_count: number
        readonly default_runner: string
      }
      readonly started_at: Instant
    }
  /** A server has taken the build. */
  | {
      readonly kind: 'build_accepted'
      readonly build: {
        readonly run_id: string
        readonly number: number
        readonly org: string
        readonly pipeline: string
      }
      readonly watch_url: string
    }
  | {
      readonly kind: 'step_queued'
      readonly step_id: string
      readonly key: string
      /** The chain of `builds_in` that contains the step, from 0 in the order of their roots. */
      readonly chain_idx: number
      readonly parent_key: string | null
      readonly display_name: string
      /** Keys of the steps that it waits for, besides its parent. */
      readonly depends_on: readonly string[]
      /** Absent in records of earlier releases. */
      readonly command?: string
      /** The key of the step that appended it. Absent for a step of the pipeline itself. */
      readonly appended_by?: string
      /** Keys of the generators whose appended steps it also waits for. Absent for none. */
      readonly after_appended?: readonly string[]
    }
  /** A step has passed, and added steps to the build. They are queued next. */
  | { readonly kind: 'appended'; readonly step_id: string; readonly keys: readonly string[] }
  /**
   * A step waits for something new. `reason` is a `wait_reason` of the API, or `preparation` while
   * its file system is made.
   */
  | { readonly kind: 'step_waiting'; readonly step_id: string; readonly reason: string }
  | {
      readonly kind: 'step_start'
      readonly step_id: string
      readonly runner: string
      readonly image: string | null
      readonly attempt: number
      readonly started_at: Instant
    }
  /**
   * The image of the step is unavailable: the step runs on this machine's own programs, or the
   * runner's.
   */
  | { readonly kind: 'step_substituted'; readonly step_id: string; readonly image: string }
  /** A service of a step has a new state. `service_id` names its log on a server. */
  | {
      readonly kind: 'service'
      readonly step_id: string
      readonly service_id: string
      readonly name: string
      readonly image: string
      /** The step whose service of this name left the files that it started from. */
      readonly from: string | null
      /** `failed`: it ended before it was ready. */
      readonly state: 'starting' | 'ready' | 'ended' | 'failed'
      readonly ready_ms: number | null
      readonly exit_code: number | null
    }
  /** One line without its line break. In stream `meta` it is a remark of the engine. */
  | {
      readonly kind: 'step_log'
      readonly step_id: string
      readonly stream: 'stdout' | 'stderr' | 'meta'
      readonly line: string
      readonly ts: Instant
    }
  /** The step did not run. `tag` names the run that made its result. */
  | { readonly kind: 'step_cache_hit'; readonly step_id: string; readonly key: string; readonly tag: string }
  /** `reason` is a sentence. */
  | { readonly kind: 'step_skipped'; readonly step_id: string; readonly reason: string }
  /**
   * The attempt failed and another one follows. `attempt` is the number of the failed one, `of` the
   * number of all.
   */
  | {
      readonly kind: 'step_retry'
      readonly step_id: string
      readonly attempt: number
      readonly of: number
      readonly exit_code: number | null
      readonly reason: string | null
      /** Absent in records of earlier releases. */
      readonly times?: AttemptTimes
    }
  | {
      readonly kind: 'step_end'
      readonly step_id: string
      readonly exit_code: number | null
      readonly duration_ms: number
      readonly snapshot: string | null
      /**
       * The files that its services left for those of later steps, by name of the service. Absent
       * where there are none.
       */
      readonly service_snapshots?: Readonly<Record<string, string>>
      readonly state: StepState
      /** Whether the step failed without failing the build. */
      readonly soft_failed: boolean
      /** A code of `Job.error_code`, and its sentence. */
      readonly error_code: string | null
      readonly message: string | null
      /** Absent in records of earlier releases, and for a step that no machine had. */
      readonly times?: AttemptTimes
    }
  /** The first failure of a chain that counts. */
  | {
      readonly kind: 'chain_failed'
      readonly chain_idx: number
      readonly failed_step_id: string
      readonly failed_step_key: string
      readonly exit_code: number | null
      readonly message: string
      readonly ts: Instant
    }
  /** The results that the step reported of its tests, before its end. */
  | {
      readonly kind: 'tests'
      readonly step_id: string
      readonly passed: number
      /** Tests that failed, and those that could not run. */
      readonly failed: number
      readonly skipped: number
      /** The first failed ones, at most 100. */
      readonly failures: readonly FailedTest[]
    }
  /** A file that a step has left. Comes after the step's end. */
  | {
      readonly kind: 'artifact'
      readonly step_id: string
      /** Below /workspace; may hold every character but NUL. */
      readonly path: string
      readonly size: number
      /** In hex. */
      readonly sha256: string
    }
  /** A text in Markdown that the step wrote for the page of its build. On a server it comes last. */
  | {
      readonly kind: 'annotation'
      readonly step_id: string
      readonly name: string
      readonly style: 'summary' | 'info' | 'success' | 'warning' | 'error'
      readonly markdown: string
    }
  | {
      readonly kind: 'build_end'
      readonly exit_code: number
      readonly duration_ms: number
      readonly state: 'passed' | 'failed' | 'canceled'
      readonly error_code: string | null
      readonly message: string | null
    }

export type AnnotationEvent = Extract<RunEvent, { readonly kind: 'annotation' }>

/**
 * A destination of events. `show` resolves when it takes more. Producers await it, so that a slow
 * terminal slows the reading and nothing is dropped or piles up.
 */
export interface RunView {
  show(event: RunEvent): Promise<void>
  /**
   * Shows a line of the command's own. The drawing of a run would overwrite a line of `Output.say`.
   */
  note(line: string): Promise<void>
  /**
   * Ends the view when the run is over or abandoned. The drawing stays, and the terminal is
   * restored.
   */
  close(): Promise<void>
}
