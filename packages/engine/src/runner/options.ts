import type { ImageStore, NetworkMode, OciDriver, SandboxDriver, SourceLimits } from '@harmont/sandbox'
import { defaultLimits } from '../core/limits.ts'
import type { Log } from '../log.ts'
import type { RunnerPort } from '../port.ts'
import type { Disk } from './disk-watch.ts'

/** Inputs of a sandbox that renders a pipeline. The engine has no knowledge of SDKs. */
export interface Renderer {
  /** Name of the base image. */
  readonly image: string
  /** Called for each sandbox, before `command`. */
  mounts(): Promise<readonly { readonly source: string; readonly target: string }[]>
  /**
   * Returns a script for `sh -c` that renders the pipeline of this name. After exit 0, the IR is in
   * `outputPath`; otherwise the error is on stderr.
   */
  command(slug: string): string
  readonly outputPath: string
  readonly env?: Readonly<Record<string, string>>
}

export interface RunnerOptions {
  /** Stays the same across restarts, so that the runner finds its leases again. */
  readonly id: string
  readonly port: RunnerPort
  /** Must not be shared, because a sandbox without a lease is destroyed. */
  readonly driver: RunnerDriver
  /** The driver's own image store. */
  readonly images: Pick<ImageStore, 'collect'>
  /** Maximum number of concurrent commands. A job frees its slot when its command ends. */
  readonly slots: number
  /** Absolute path of the directory of unpacked source trees. */
  readonly sourceDirectory: string
  /** Disk with all data of this runner. While it is full, the runner takes no work. */
  readonly disk: Disk
  /**
   * Allowed network modes of steps, in order of preference; the first one is used. Rendering uses
   * `none`, which the driver must allow as well.
   */
  readonly networkModes: readonly NetworkMode[]
  /** Null when builds are rendered before they are submitted. */
  readonly renderer: Renderer | null
  /** Disk space for snapshots; see `CollectClaims`. */
  readonly cacheBytes: number
  readonly log: Log
  /**
   * Whether the log of a step describes faults of this machine. By default, only the operator's log
   * does.
   */
  readonly tellsFaults?: boolean
  readonly settings?: Partial<RunnerSettings>
}

/** A driver that also reports the snapshots, images and source trees that its sandboxes need. */
type RunnerDriver = SandboxDriver &
  Pick<OciDriver, 'snapshotsInUse' | 'imagesInUse' | 'sourcesInUse' | 'gitDirectoriesInUse' | 'exchange'>

/** Maximum duration of a shell, and of an idle one. */
export interface ShellTimes {
  readonly longestMs: number
  readonly idleMs: number
}

export interface RunnerSettings {
  readonly renewEveryMs: number
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number
  /** Longest rendering in seconds, equal to the store's. */
  readonly renderSeconds: number
  /** Maximum wait of one request for work, in milliseconds. */
  readonly leaseWaitMs: number
  /** Maximum size of a log in bytes. A longer log keeps its beginning and its end, with remarks. */
  readonly maxLogBytes: number
  readonly pidsLimit: number
  readonly sourceLimits: Partial<SourceLimits>
  /** Age at which an unused source tree is removed. */
  readonly unusedSourceMs: number
  /** Age at which a repository's mirror without new commits is removed. */
  readonly unusedMirrorMs: number
  /** Time for which an unavailable source is retried, in milliseconds. */
  readonly sourceGiveUpMs: number
  /**
   * Time for which a report is retried before the job is abandoned, in milliseconds. A lost lease
   * ends this earlier.
   */
  readonly giveUpMs: number
  /** Milliseconds after which the identity tokens of a running step are replaced. */
  readonly idTokenMs: number
  readonly shells: ShellTimes
  /** Milliseconds between two queries for red jobs to prove. */
  readonly proveEveryMs: number
}

export const defaultRunnerSettings: RunnerSettings = {
  renewEveryMs: 5_000,
  graceMs: defaultLimits.graceMs,
  renderSeconds: defaultLimits.renderSeconds,
  leaseWaitMs: 30_000,
  maxLogBytes: 256 * 1024 * 1024,
  pidsLimit: 4_096,
  sourceLimits: {},
  unusedSourceMs: 24 * 60 * 60_000,
  unusedMirrorMs: 30 * 24 * 60 * 60_000,
  sourceGiveUpMs: 5 * 60_000,
  giveUpMs: 15 * 60_000,
  idTokenMs: 5 * 60_000,
  shells: { longestMs: 60 * 60_000, idleMs: 10 * 60_000 },
  proveEveryMs: 2_000,
}
