import type { ImageStore, NetworkMode, OciDriver, SandboxDriver, SourceLimits } from '@harmont/sandbox'
import { defaultLimits } from '../core/limits.ts'
import type { Log } from '../log.ts'
import type { RunnerPort } from '../port.ts'
import type { Disk } from './disk-watch.ts'

/** Parts of a sandbox that renders a pipeline. The engine knows no SDK. */
export interface Renderer {
  /** Name of the base image. */
  readonly image: string
  /** Called for each sandbox, before `command`. */
  mounts(): Promise<readonly { readonly source: string; readonly target: string }[]>
  /**
   * Text for `sh -c` that renders the pipeline of this name. After exit 0 the IR is in
   * `outputPath`; otherwise the error is on stderr.
   */
  command(slug: string): string
  readonly outputPath: string
  readonly env?: Readonly<Record<string, string>>
}

export interface RunnerOptions {
  /** Stable over restarts, so that the runner finds its leases again. */
  readonly id: string
  readonly port: RunnerPort
  /** Used by this runner alone: a sandbox without a lease is destroyed. */
  readonly driver: RunnerDriver
  /** The driver's own image store. */
  readonly images: Pick<ImageStore, 'collect'>
  /** Number of commands at a time. A job frees its slot when its command ends. */
  readonly slots: number
  /** Absolute path of the unpacked source trees. */
  readonly sourceDirectory: string
  /** Disk of everything that this runner keeps. While it is full, no work is taken. */
  readonly disk: Disk
  /**
   * Allowed network modes of steps, in order of preference; the first is taken. Rendering uses
   * `none`, which the driver must allow too.
   */
  readonly networkModes: readonly NetworkMode[]
  /** Null when builds are rendered before they are submitted. */
  readonly renderer: Renderer | null
  /** Disk space for snapshots; see `CollectClaims`. */
  readonly cacheBytes: number
  readonly log: Log
  /**
   * Whether the log of a step says how this machine failed it. By default only the operator's log
   * does.
   */
  readonly tellsFaults?: boolean
  readonly settings?: Partial<RunnerSettings>
}

/** A driver that also reports which snapshots, images and source trees its sandboxes need. */
type RunnerDriver = SandboxDriver &
  Pick<OciDriver, 'snapshotsInUse' | 'imagesInUse' | 'sourcesInUse' | 'gitDirectoriesInUse' | 'exchange'>

/** How long a shell may last, and how long an idle one. */
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
  /** Longest wait of one request for work. */
  readonly leaseWaitMs: number
  /** Longest log in bytes. A longer one keeps its head and its tail, with remarks. */
  readonly maxLogBytes: number
  readonly pidsLimit: number
  readonly sourceLimits: Partial<SourceLimits>
  /** Age at which an unused source tree is removed. */
  readonly unusedSourceMs: number
  /** Age at which a repository's mirror without new commits is removed. */
  readonly unusedMirrorMs: number
  /** How long an unavailable source is retried. */
  readonly sourceGiveUpMs: number
  /** How long a report is retried before the job is abandoned. A lost lease ends earlier. */
  readonly giveUpMs: number
  /** Milliseconds after which the identity tokens of a running step are replaced. */
  readonly idTokenMs: number
  readonly shells: ShellTimes
  /** Milliseconds between two looks for red jobs to prove. */
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
