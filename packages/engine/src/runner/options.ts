import type { ImageStore, NetworkMode, OciDriver, SandboxDriver, SourceLimits } from '@harmont/sandbox'
import { defaultLimits } from '../core/limits.ts'
import type { Log } from '../log.ts'
import type { RunnerPort } from '../port.ts'
import type { Disk } from './disk-watch.ts'

/** What a sandbox needs to render a pipeline; the engine itself knows no SDK. */
export interface Renderer {
  /** Name of the base image. */
  readonly image: string
  /** Asked for each sandbox, before `command`. */
  mounts(): Promise<readonly { readonly source: string; readonly target: string }[]>
  /** Text for `sh -c` that renders the pipeline of this name. Exit 0: the IR is in `outputPath`; else the error is on stderr. */
  command(slug: string): string
  readonly outputPath: string
  readonly env?: Readonly<Record<string, string>>
}

export interface RunnerOptions {
  /** Stays the same over restarts: by it a runner finds its leases again. */
  readonly id: string
  readonly port: RunnerPort
  /** Owned by this runner alone: a sandbox without a lease is destroyed. */
  readonly driver: RunnerDriver
  /** The driver's own. */
  readonly images: Pick<ImageStore, 'collect'>
  /** Commands at a time. A job whose command has ended has no slot while its end is seen to. */
  readonly slots: number
  /** Absolute; unpacked source trees are kept here. */
  readonly sourceDirectory: string
  /** Everything that this runner keeps lies on it: while it is full no work is taken. */
  readonly disk: Disk
  /** What steps may have, in order of wish: the first is taken. Rendering has `none`, which the driver must allow besides. */
  readonly networkModes: readonly NetworkMode[]
  /** null: its builds are rendered before they are submitted. */
  readonly renderer: Renderer | null
  /** Bytes on the disk that snapshots may take; see `CollectClaims`. */
  readonly cacheBytes: number
  readonly log: Log
  /** Whether a step that this machine failed says how; else its operator's log alone does. Default false. */
  readonly tellsFaults?: boolean
  readonly settings?: Partial<RunnerSettings>
}

/** A driver that can tell what of images and source trees its sandboxes and snapshots need. */
export type RunnerDriver = SandboxDriver & Pick<OciDriver, 'imagesInUse' | 'sourcesInUse' | 'gitDirectoriesInUse'>

/** How long a shell may last, and how long one in which nothing happens. */
export interface ShellTimes {
  readonly longestMs: number
  readonly idleMs: number
}

export interface RunnerSettings {
  readonly renewEveryMs: number
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number
  /** Time that rendering may take; the store's own. */
  readonly renderSeconds: number
  /** How long one question for work may wait for it. */
  readonly leaseWaitMs: number
  /** Of a log with more bytes the head and the tail are kept, with remarks. */
  readonly maxLogBytes: number
  readonly pidsLimit: number
  readonly sourceLimits: Partial<SourceLimits>
  /** A source tree that no step used for so long is removed from this machine. */
  readonly unusedSourceMs: number
  /** The mirror of a repository of which no new commit was built for so long is removed. */
  readonly unusedMirrorMs: number
  /** How long a source that cannot be had now is tried again. */
  readonly sourceGiveUpMs: number
  /** How long a report is tried again before the job is given up; the store's leases end earlier when it is the lease that is lost. */
  readonly giveUpMs: number
  readonly shells: ShellTimes
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
  shells: { longestMs: 60 * 60_000, idleMs: 10 * 60_000 },
}
