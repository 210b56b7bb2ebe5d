import { lstat } from 'node:fs/promises'
import type { Launcher } from '../launch/launcher.ts'
import { staged } from '../launch/mounts.ts'
import type { ServiceProgram } from '../launch/runtime-config.ts'
import type { Runtime, RuntimeTarget } from '../launch/runtimes/index.ts'
import { openTalkPipes, type TalkPipes } from '../launch/talk-pipes.ts'
import { type SandboxFiles, sandboxFiles } from '../layout/layout.ts'
import { readMemo, replaceInMemory } from '../layout/memory.ts'
import { namesOf } from '../network/guard/bound.ts'
import {
  type Command,
  type Conversation,
  type EgressNames,
  type FrozenFiles,
  type OutputFiles,
  type Running,
  type Sandbox,
  SandboxError,
  type SandboxHandle,
  type Snapshot,
  type SnapshotMeta,
  type SourceTreeRef,
  type TerminalSize,
} from '../sandbox-driver.ts'
import { type OciService, startServices } from '../services/oci-service.ts'
import { syncWorkspace } from '../source/index.ts'
import type { BytePath } from '../source/manifest.ts'
import { stage } from '../system/machine.ts'
import { untilAffordable } from '../system/scarcity.ts'
import { beginCommand, patience, prepareCommand } from './begin-command.ts'
import { cleanUpSandbox } from './cleanup.ts'
import { freezeLeftFiles, withLeftFiles, withOwnFiles } from './left-files.ts'
import { openOutputFiles } from './output-files.ts'
import { readFromView } from './read-file.ts'
import { rootIdOf, runtimeNetworkOf, runtimeOf, type SandboxRecord, type StartRecord, writeRecord } from './record.ts'
import { OciRunning } from './running.ts'
import type { SandboxContext, SandboxState } from './sandbox-context.ts'

export interface SandboxParts {
  /** Present only in the process that created the sandbox. */
  readonly launcher?: Launcher
  /** The record of its command, if an earlier process started it. */
  readonly start?: StartRecord
  readonly services?: readonly OciService[]
  readonly inputPaths?: readonly BytePath[]
}

export class OciSandbox implements Sandbox {
  readonly handle: SandboxHandle
  readonly services: readonly OciService[]
  protected readonly context: SandboxContext
  protected readonly files: SandboxFiles
  protected readonly runtime: Runtime
  protected readonly target: RuntimeTarget
  protected record: SandboxRecord
  /**
   * Paths of /workspace that its own inputs provided. Only the sandbox's creator syncs the source.
   */
  private readonly inputPaths: readonly BytePath[]
  /** Set only in the process that created the sandbox, until it starts a command. */
  private launcher: Launcher | undefined
  /** The id of a process in its network namespace; valid until the command starts. */
  private readonly namespace: number
  private command: OciRunning | undefined
  /** The launcher of an interactive command, until the sandbox's end. */
  private talking: Launcher | undefined
  private pipes: TalkPipes | undefined
  private destroying: Promise<void> | undefined
  private freezing: Promise<Snapshot> | undefined

  constructor(
    context: SandboxContext,
    record: SandboxRecord,
    { launcher, start, services = [], inputPaths = [] }: SandboxParts,
  ) {
    this.context = context
    this.record = record
    this.services = services
    this.launcher = launcher
    this.inputPaths = inputPaths
    this.namespace = launcher?.pid ?? 0
    this.files = sandboxFiles(context.layout.sandboxes, record.id)
    this.runtime = runtimeOf(record)
    this.target = {
      state: this.runtime.state(context.layout, record.id),
      network: runtimeNetworkOf(record),
      files: this.files,
      payload: record.groups.payload,
    }
    this.handle = { id: record.id, label: record.label }
    if (start !== undefined) this.command = this.runningSince(start)
  }

  async syncSource(tree: SourceTreeRef): Promise<void> {
    const given = [...(this.record.inputPaths ?? []), ...this.inputPaths]
    if (this.record.source?.digest === tree.digest && given.length === 0) return
    const root = this.unstarted('syncSource')
    const workspace = `${root.staged(staged.root)}/workspace`
    if (!(await lstat(workspace)).isDirectory())
      throw new SandboxError(
        'provision_failed',
        'an earlier step replaced /workspace with something that is not a directory',
      )
    const inputPaths = await syncWorkspace({
      tree,
      previous: this.record.source,
      workspace,
      owner: { uid: rootIdOf(this.record), gid: rootIdOf(this.record) },
      // The machine's time, because commands compare file times with it.
      now: new Date(),
      inputPaths: given,
    })
    this.record = { ...this.record, source: tree, ...(inputPaths.length === 0 ? {} : { inputPaths }) }
    writeRecord(this.files.record, this.record)
  }

  start(command: Command): Promise<Running> {
    return this.begin(command)
  }

  startServices(deadline: () => Date, signal?: AbortSignal): Promise<void> {
    return startServices(this.services, deadline, this.namespace, signal)
  }

  /**
   * Starts the sandbox's only command.
   * @param program the program that a service starts instead of the command.
   */
  protected async begin(command: Command, program?: ServiceProgram): Promise<OciRunning> {
    const launcher = this.unstarted('start')
    const state = this.state()
    const prepare = () => prepareCommand(state, launcher, command, false, program)
    const start = await untilAffordable(prepare, patience())
    this.launcher = undefined
    await beginCommand(state, launcher, 'go')
    this.command = this.runningSince(start)
    return this.command
  }

  private runningSince(start: StartRecord): OciRunning {
    const { target, record, context, services } = this
    return new OciRunning(target, record, start, context, async (deadline) => {
      await Promise.all(services.map((service) => service.extend(deadline)))
    })
  }

  async talk(command: Command, terminal: TerminalSize | null): Promise<Conversation> {
    const launcher = this.unstarted('talk')
    const state = this.state()
    const start = prepareCommand(state, launcher, command, terminal !== null)
    const pipes = await openTalkPipes(this.files)
    this.launcher = undefined
    this.talking = launcher
    try {
      await beginCommand(state, launcher, 'talk')
    } catch (error) {
      pipes.destroy()
      throw error
    }
    pipes.begun()
    if (terminal !== null) await this.resize(launcher, terminal)
    const running = this.runningSince(start)
    this.command = running
    this.pipes = pipes
    return {
      startedAt: running.startedAt,
      input: pipes.input,
      output: pipes.output,
      errors: pipes.errors,
      exited: (signal) => running.exited(signal),
      kill: () => running.kill('SIGKILL'),
      resize: async (size) => {
        // The terminal disappears with the sandbox.
        if (terminal !== null && this.talking === launcher) await this.resize(launcher, size)
      },
    }
  }

  private resize(launcher: Launcher, size: TerminalSize): Promise<void> {
    return this.runtime.resize(this.target, launcher.staged(stage), size)
  }

  async memo(): Promise<string | undefined> {
    return readMemo(this.context.layout, this.record.id)
  }

  async replaceSecrets(secrets: Readonly<Record<string, string>>, memo: string): Promise<void> {
    replaceInMemory(this.context.layout, this.record.id, { secrets, memo, rootId: rootIdOf(this.record) })
  }

  async running(): Promise<Running | undefined> {
    return this.command
  }

  snapshot(meta: SnapshotMeta): Promise<Snapshot> {
    const freeze = () => freezeLeftFiles(this.state(), this.command, meta)
    this.freezing ??= untilAffordable(freeze, patience()).catch((error: unknown) => {
      this.freezing = undefined
      throw error
    })
    return this.freezing
  }

  readFile(path: string, maxBytes: number): Promise<Buffer | undefined> {
    return withOwnFiles(this.state(), (root) => readFromView(root, path, maxBytes))
  }

  withFiles<T>(use: (files: FrozenFiles) => Promise<T>): Promise<T> {
    return withLeftFiles(this.state(), this.command, use)
  }

  async outputFiles(): Promise<OutputFiles> {
    if (this.command === undefined || this.record.hasOutput !== true) return noOutputFiles
    await this.command.exited()
    return openOutputFiles(this.files, this.record.groups.top)
  }

  async egressNames(): Promise<EgressNames | undefined> {
    const { egress } = this.record
    return egress && namesOf(this.context.layout, egress)
  }

  destroy(): Promise<void> {
    this.destroying ??= this.remove().catch((error: unknown) => {
      this.destroying = undefined
      throw error
    })
    return this.destroying
  }

  private async remove(): Promise<void> {
    const launcher = this.launcher ?? this.talking
    this.launcher = undefined
    this.talking = undefined
    this.pipes?.destroy()
    await cleanUpSandbox(this.context, this.record, this.record.id)
    await Promise.all(this.services.map((service) => service.gone()))
    await launcher?.gone(false)
  }

  async letGo(): Promise<void> {
    const { launcher } = this
    this.launcher = undefined
    await launcher?.gone(false)
  }

  private state(): SandboxState {
    const { context, record, target } = this
    return { context, record, target }
  }

  protected unstarted(what: string): Launcher {
    if (this.launcher === undefined)
      throw new SandboxError(
        'provision_failed',
        `${what} needs a sandbox that this process created and that has not run a command`,
      )
    return this.launcher
  }
}

/** Sandboxes of earlier releases had no output directory. */
const noOutputFiles: OutputFiles = { complete: true, list: async () => [], read: async () => undefined }
