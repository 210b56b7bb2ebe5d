/**
 * Defines the events of a run: one vocabulary for local and cloud runs and for every view. Members
 * have their names in `--json`. Later releases may add kinds and members but remove none. A step is
 * queued before any other of its events.
 */

/** Unix milliseconds, as everywhere in the engine; printed as RFC 3339. */
export type Instant = number

/** The states of a job as the API names them. */
export type StepState = 'passed' | 'failed' | 'skipped' | 'canceled' | 'timed_out'

export interface FailedTest {
  /** Includes the names of its suites. */
  readonly name: string
  /** Relative to the root of the repository. */
  readonly file: string | null
  readonly line: number | null
  /** The beginning of its tool's message; may have several lines. */
  readonly message: string | null
}

/** Times of an attempt's waiting, preparation and run. */
export interface AttemptTimes {
  /** Time at which all its prerequisites had ended; null if unknown. */
  readonly ready_at: Instant | null
  readonly assigned_at: Instant | null
  readonly started_at: Instant | null
  readonly finished_at: Instant
  /** The phases of its work around the command. */
  readonly phases: readonly { readonly name: string; readonly started_at: Instant; readonly ms: number }[]
}

export type RunEvent =
  | {
      readonly kind: 'build_start'
      readonly run_id: string
      readonly plan: {
        readonly step_count: number
        /** Number of roots: steps without `builds_in`. */
        readonly chain_count: number
        readonly default_runner: string
      }
      readonly started_at: Instant
    }
  /** A server has accepted the build. */
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
      /** The step's chain of `builds_in`, numbered from 0 in the order of the roots. */
      readonly chain_idx: number
      readonly parent_key: string | null
      readonly display_name: string
      /** Keys of its prerequisites, besides its parent. */
      readonly depends_on: readonly string[]
      /** Absent in records of earlier releases. */
      readonly command?: string
      /** The key of the generator that appended it. Absent for a step of the pipeline itself. */
      readonly appended_by?: string
      /** Keys of the generators whose appended steps it also waits for. Absent for none. */
      readonly after_appended?: readonly string[]
    }
  /** A step has passed and appended steps to the build. Their events follow. */
  | { readonly kind: 'appended'; readonly step_id: string; readonly keys: readonly string[] }
  /**
   * A step has a new wait reason. `reason` is a `wait_reason` of the API, or `preparation` while
   * its file system is prepared.
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
   * The step's image is unavailable, so the step runs on the programs of this machine or of the
   * runner.
   */
  | { readonly kind: 'step_substituted'; readonly step_id: string; readonly image: string }
  /** A service of a step has a new state. `service_id` identifies its log on a server. */
  | {
      readonly kind: 'service'
      readonly step_id: string
      readonly service_id: string
      readonly name: string
      readonly image: string
      /** The step whose service of the same name left this service's initial files. */
      readonly from: string | null
      /** `failed`: it ended before it was ready. */
      readonly state: 'starting' | 'ready' | 'ended' | 'failed'
      readonly ready_ms: number | null
      readonly exit_code: number | null
    }
  /** A log line without its line break. Stream `meta` contains the engine's remarks. */
  | {
      readonly kind: 'step_log'
      readonly step_id: string
      readonly stream: 'stdout' | 'stderr' | 'meta'
      readonly line: string
      readonly ts: Instant
    }
  /**
   * A step was taken from the cache instead of running. `tag` names the run that produced its
   * result.
   */
  | { readonly kind: 'step_cache_hit'; readonly step_id: string; readonly key: string; readonly tag: string }
  /** `reason` is a sentence. */
  | { readonly kind: 'step_skipped'; readonly step_id: string; readonly reason: string }
  /**
   * The attempt failed and another one follows. `attempt` is the number of the failed attempt, `of`
   * the total.
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
       * Snapshots of its services for those of later steps, by service name. Absent if there are
       * none.
       */
      readonly service_snapshots?: Readonly<Record<string, string>>
      readonly state: StepState
      /** Whether the step failed without failing the build. */
      readonly soft_failed: boolean
      /** A code of `Job.error_code`, and its message. */
      readonly error_code: string | null
      readonly message: string | null
      /** Absent in records of earlier releases, and for a step that no machine ran. */
      readonly times?: AttemptTimes
    }
  /** The first failure of a chain, not counting soft failures. */
  | {
      readonly kind: 'chain_failed'
      readonly chain_idx: number
      readonly failed_step_id: string
      readonly failed_step_key: string
      readonly exit_code: number | null
      readonly message: string
      readonly ts: Instant
    }
  /** The test results that the step reported, before its end. */
  | {
      readonly kind: 'tests'
      readonly step_id: string
      readonly passed: number
      /** Tests that failed, and those that could not run. */
      readonly failed: number
      readonly skipped: number
      /** The first failed tests, at most 100. */
      readonly failures: readonly FailedTest[]
    }
  /** A file that a step produced. Comes after the step's end. */
  | {
      readonly kind: 'artifact'
      readonly step_id: string
      /** Below /workspace; may contain every character except NUL. */
      readonly path: string
      readonly size: number
      /** In hex. */
      readonly sha256: string
    }
  /** Markdown that the step wrote for its build's page. On a server, annotations come last. */
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
 * A destination of events. `show` resolves when it accepts more events. Producers await it, so that
 * a slow terminal slows the reading and no event is dropped or queued without limit.
 */
export interface RunView {
  show(event: RunEvent): Promise<void>
  /**
   * Shows a message of the command itself. A line of `Output.say` would be overwritten by the
   * drawing of a run.
   */
  note(line: string): Promise<void>
  /**
   * Ends the view when the run is over or abandoned. The drawing stays, and the terminal is
   * restored.
   */
  close(): Promise<void>
}
