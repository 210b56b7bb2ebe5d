import type { Layout, SandboxFiles } from '../../layout/layout.ts'
import type { Limits, NetworkMode, TerminalSize } from '../../sandbox-driver.ts'
import type { MountCall } from '../../system/kernel/mount-call.ts'
import type { SeccompProfile } from '../seccomp.ts'

/** A program to run in a sandbox beside its command. */
interface Addition {
  readonly args: readonly string[]
  readonly user: { readonly uid: number; readonly gid: number }
  /** The process id of the monitor, in the namespaces in which the runtime was started. */
  readonly monitor: number
  /** Control groups to join. */
  readonly join: readonly string[]
}

export type RuntimeName = 'crun' | 'runsc'

/** An entry of `mounts` in config.json. */
export interface Mount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options: readonly string[]
}

/**
 * The directory in which a runtime keeps the state of a sandbox's command, and the command's name
 * there.
 */
interface RuntimeState {
  readonly root: string
  readonly container: string
}

/** A sandbox's command. */
export interface RuntimeTarget {
  readonly state: RuntimeState
  readonly network: NetworkMode
  readonly files: SandboxFiles
  /** The control group of its processes. */
  readonly payload: string
}

/** The differences between the runtimes. Everything else is common to them. */
export interface Runtime {
  /** The name of the runtime's program and of its Debian package. */
  readonly name: RuntimeName
  /** Whether its state is in the sandbox's in-memory directory. */
  readonly stateInMemory: boolean
  /** Whether the command's sockets are in a network stack of the runtime's own. */
  readonly ownNetworkStack: boolean
  state(layout: Layout, id: string): RuntimeState
  /** Returns the command line up to the subcommand. */
  call(target: RuntimeTarget): readonly string[]
  /**
   * Returns mounts over and beside the sandbox's root.
   * @param rootId the user id that the sandbox's root has on the machine.
   */
  stage(network: NetworkMode, rootId: number): readonly MountCall[]
  /** Returns the file systems of every sandbox besides its root. */
  fileSystems(network: NetworkMode): readonly Mount[]
  /** Returns `linux.namespaces` of config.json. */
  namespaces(network: NetworkMode): readonly { readonly type: string; readonly path?: string }[]
  /** Returns `process.rlimits` of config.json. */
  resourceLimits(limits: Limits): readonly { readonly type: string; readonly soft: number; readonly hard: number }[]
  /** Returns the limits of the control groups that contain the runtime's processes. */
  groupLimits(limits: Limits): Limits
  seccomp(profile: SeccompProfile): SeccompProfile
  /**
   * Throws SandboxError `provision_failed` if the runtime could not preserve this root, as mounted
   * by the launcher.
   */
  checkRoot(root: string): void
  /**
   * Returns the precise reason why a command could not be started.
   * @param said conmon's message.
   */
  complaint(target: RuntimeTarget, said: string): string
  /**
   * Returns the call that runs a program in the sandbox of a running command, with the command's
   * environment.
   */
  add(target: RuntimeTarget, addition: Addition): readonly [program: string, ...args: string[]]
  /**
   * Sends a signal to the command's first process, which forwards it. Does nothing after the
   * command's end.
   */
  signal(target: RuntimeTarget, name: string): Promise<void>
  /** Sends SIGTERM once to every process of the command. Does nothing after its end. */
  terminate(target: RuntimeTarget): Promise<void>
  /**
   * Sets the size of the command's terminal. Does nothing after its end.
   * @param stage the launcher's stage, through a descriptor of this process.
   */
  resize(target: RuntimeTarget, stage: string, size: TerminalSize): Promise<void>
  /**
   * Starts a trial sandbox if only that shows whether the runtime works here. Rejects with its
   * error.
   */
  trial(): Promise<void>
}
