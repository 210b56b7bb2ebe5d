import type { Layout, SandboxFiles } from '../../layout/layout.ts'
import type { Limits, NetworkMode, TerminalSize } from '../../sandbox-driver.ts'
import type { SeccompProfile } from '../seccomp.ts'

export type RuntimeName = 'crun' | 'runsc'

/** An entry of `mounts` in config.json. */
export interface Mount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options: readonly string[]
}

/** Where a runtime keeps what it knows of a sandbox's command, and by which name. */
export interface RuntimeState {
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

/** All that is different between the programs that start commands. What is not here is the same for each. */
export interface Runtime {
  /** The name of its program, and of Debian's package. */
  readonly name: RuntimeName
  /** Whether its state is below the sandbox's part of the machine's memory. */
  readonly stateInMemory: boolean
  state(layout: Layout, id: string): RuntimeState
  /** The command line as far as the subcommand. */
  call(target: RuntimeTarget): readonly string[]
  /** Lines of the sandbox's fstab, for what lies over and beside its root. @param rootId what root inside is on the machine. */
  stage(network: NetworkMode, rootId: number): readonly string[]
  /** The file systems that every sandbox has besides its root. */
  fileSystems(network: NetworkMode): readonly Mount[]
  /** `linux.namespaces` of config.json. */
  namespaces(network: NetworkMode): readonly { readonly type: string; readonly path?: string }[]
  /** `process.rlimits` of config.json. */
  resourceLimits(limits: Limits): readonly { readonly type: string; readonly soft: number; readonly hard: number }[]
  /** Limits of the control groups that its processes are in. */
  groupLimits(limits: Limits): Limits
  seccomp(profile: SeccompProfile): SeccompProfile
  /** Fails with SandboxError `provision_failed` when it could not keep all of this root, as the launcher has mounted it. */
  checkRoot(root: string): void
  /** Why a command could not be started, as exactly as it is known. @param said what conmon heard of it. */
  complaint(target: RuntimeTarget, said: string): string
  /** SIGTERM to every process of the command, once. Nothing happens after its end. */
  terminate(target: RuntimeTarget): Promise<void>
  /**
   * Tells the command's terminal its size. Nothing happens after its end.
   * @param stage the launcher's stage, by a descriptor of this process.
   */
  resize(target: RuntimeTarget, stage: string, size: TerminalSize): Promise<void>
  /** Starts something where only that shows whether it works on this machine. Fails with its complaint. */
  trial(): Promise<void>
}
