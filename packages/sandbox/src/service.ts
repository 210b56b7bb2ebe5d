/**
 * Programs that run beside a sandbox's command, each in a sandbox of its own. The command and the
 * other services reach them by name, and nobody else does.
 */
import type { Exit, ResolvedImage, Running, Snapshot, SnapshotId, SnapshotMeta } from './sandbox-driver.ts'
import { SandboxError } from './sandbox-driver.ts'

export interface ServiceSpec {
  /** Its host name, unique among the services of a sandbox. */
  readonly name: string
  readonly base: { readonly image: ResolvedImage } | { readonly snapshot: SnapshotId }
  readonly env: Readonly<Record<string, string>>
  /** Text for `sh -c`, or null for the image's own program. */
  readonly command: string | null
  /** All that are set must hold. With none of them: the only port of its image, else its start. */
  readonly ready: {
    readonly port: number | null
    /** Text for `sh -c` in the service; ready when it exits with 0. */
    readonly command: string | null
    /** In RE2 syntax; ready when a line of its output has a match. */
    readonly log: string | null
    readonly timeoutSeconds: number
  }
  /** Names of the services that must be ready before it starts. */
  readonly needs: readonly string[]
  /** How `stop` asks it to end. A null signal is the image's, or SIGTERM. */
  readonly stop: { readonly signal: string | null; readonly seconds: number }
  /** Whether its ports also answer on the command's 127.0.0.1. */
  readonly localhost: boolean
  /** Whether it has the way out of the network that the sandbox has. */
  readonly egress: boolean
}

/** `waiting`: for the services that it needs. */
export type ServiceState = 'waiting' | 'starting' | 'ready' | 'ended'

/** A service of a sandbox. */
export interface Service {
  readonly name: string
  state(): ServiceState
  /** How long it took from its start to readiness; undefined before. */
  readyMs(): number | undefined
  /**
   * Resolves with its program once it has started: its output, end and deadline. Undefined if the
   * sandbox ended before.
   */
  started(): Promise<Running | undefined>
  /** Asks it to end, and kills it when its time to stop is over. */
  stop(): Promise<Exit>
  /** Freezes the files that it left; see `Sandbox.snapshot`. It must have ended. */
  snapshot(meta: SnapshotMeta): Promise<Snapshot>
}

/** A service was not ready: it ended before, or took too long. */
export class ServiceError extends SandboxError {
  readonly service: string
  /** How it ended; null if it took too long. */
  readonly exit: Exit | null
  constructor(service: string, exit: Exit | null, message: string) {
    super(exit === null ? 'service_timeout' : 'service_failed', message)
    this.service = service
    this.exit = exit
  }
}
