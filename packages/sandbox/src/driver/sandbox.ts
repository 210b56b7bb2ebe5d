import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, isEmptyWithin, processesOf, waitUntilEmpty } from '../cgroups/cgroups.ts'
import type { Groups } from '../cgroups/home.ts'
import type { Launcher } from '../launch/launcher.ts'
import { layerStack, staged } from '../launch/mounts.ts'
import type { ServiceProgram } from '../launch/runtime-config.ts'
import type { Runtime, RuntimeTarget } from '../launch/runtimes/index.ts'
import { openTalkPipes, type TalkPipes } from '../launch/talk-pipes.ts'
import { type SandboxFiles, sandboxFiles } from '../layout/layout.ts'
import { readMemo } from '../layout/memory.ts'
import {
  type Command,
  type Conversation,
  type Exit,
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
import { type OciService, type ServiceSandbox, startServices } from '../services/oci-service.ts'
import type { Starting } from '../services/readiness.ts'
import { untilConnected, untilListening } from '../services/ready-port.ts'
import { serviceProgram } from '../services/service-program.ts'
import type { ServiceRecord } from '../services/service-record.ts'
import { FilesOfView } from '../snapshots/frozen-files.ts'
import { filesIn } from '../snapshots/snapshot-record.ts'
import { plannedSnapshot } from '../snapshots/snapshots.ts'
import { syncWorkspace } from '../source/index.ts'
import type { BytePath } from '../source/manifest.ts'
import { DirectoryWatcher } from '../system/directory-watcher.ts'
import { readIfPresent } from '../system/files.ts'
import { helperEnvironment, stage } from '../system/machine.ts'
import { untilAffordable } from '../system/scarcity.ts'
import { plainReason, ToolFailed } from '../system/tool-failed.ts'
import { ensureWatchdog } from '../watchdog/watchdog.ts'
import { forgetUnbegun } from './begun.ts'
import { cleanUpSandbox, forgetConfig } from './cleanup.ts'
import { gitTarget, makeGitMountPoint, removeGitMountPoint } from './git-mount.ts'
import { openOutputFiles } from './output-files.ts'
import { readFromView } from './read-file.ts'
import { rootIdOf, runtimeNetworkOf, runtimeOf, type SandboxRecord, type StartRecord, writeRecord } from './record.ts'
import { OciRunning } from './running.ts'
import type { SandboxContext } from './sandbox-context.ts'
import { writeCommand } from './write-command.ts'

export interface SandboxParts {
  /** In the process that created it. */
  readonly launcher?: Launcher
  /** Its command, which an earlier process started. */
  readonly start?: StartRecord
  readonly services?: readonly OciService[]
  readonly inputPaths?: readonly BytePath[]
}

/** Limit for the runtime to start a command; it takes 20 ms. */
const startTimeoutMs = 60_000

/** Limit for the lists of an image's users and groups. */
const mostOfFile = 1024 * 1024

const patience = (): AbortSignal => AbortSignal.timeout(startTimeoutMs)

export class OciSandbox implements Sandbox, ServiceSandbox {
  readonly handle: SandboxHandle
  readonly services: readonly OciService[]
  private readonly context: SandboxContext
  private readonly files: SandboxFiles
  private readonly runtime: Runtime
  private readonly target: RuntimeTarget
  private record: SandboxRecord
  /** Paths of /workspace that its own inputs gave. The source is synced only by its creator. */
  private readonly inputPaths: readonly BytePath[]
  /** Set only in the process that created the sandbox, until it starts a command. */
  private launcher: Launcher | undefined
  /** A process in its network namespace, until the command starts. */
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
      // Commands compare file times with the machine's time.
      now: new Date(),
      inputPaths: given,
    })
    this.record = { ...this.record, source: tree, ...(inputPaths.length === 0 ? {} : { inputPaths }) }
    writeRecord(this.files.record, this.record)
  }

  async start(command: Command): Promise<Running> {
    const launcher = this.unstarted('start')
    const start = await untilAffordable(() => this.prepare(launcher, command, false), patience())
    await this.launch(launcher, 'go', (changes) => this.runtimeAnswer(changes))
    this.command = this.runningSince(start)
    return this.command
  }

  startServices(deadline: () => Date, signal?: AbortSignal): Promise<void> {
    return startServices(this.services, deadline, this.namespace, signal)
  }

  get serviceName(): string {
    return this.asService().name
  }

  get needs(): readonly string[] {
    return this.asService().needs
  }

  async startService(deadline: Date, from: number): Promise<Starting> {
    const service = this.asService()
    const { runtime, record } = this
    const launcher = this.unstarted('startService')
    const { program: image } = record.image
    const root = launcher.staged(staged.root)
    const program = await serviceProgram(service, image, async (path) =>
      (await readFromView(root, path, mostOfFile))?.toString(),
    )
    const command = {
      script: '',
      env: service.env,
      workingDirectory: image?.workingDirectory ?? '/',
      deadline,
    }
    const start = await untilAffordable(() => this.prepare(launcher, command, false, program), patience())
    await this.launch(launcher, 'go', (changes) => this.runtimeAnswer(changes))
    const running = this.runningSince(start)
    this.command = running
    return {
      service,
      ports: image?.ports ?? [],
      running,
      untilListening: (port, signal) =>
        runtime.ownNetworkStack
          ? untilConnected(from, service.address, port, signal)
          : untilListening(monitorOf(this.files, record.groups), port, signal),
      passes: (script, signal) => this.passes(['sh', '-c', script], program, signal),
    }
  }

  async stopService(running: Running): Promise<Exit> {
    const { stop } = this.asService()
    if (!(await running.hasEnded()))
      await this.runtime.signal(this.target, stop.signal ?? this.record.image.program?.stopSignal ?? 'SIGTERM')
    const over = new AbortController()
    const late = sleep(stop.seconds * 1000, 'late', { signal: over.signal })
    try {
      if ((await Promise.race([running.exited(), late])) === 'late') await running.kill('SIGKILL')
      return await running.exited()
    } finally {
      over.abort()
    }
  }

  private async passes(args: readonly string[], { user }: ServiceProgram, signal: AbortSignal): Promise<boolean> {
    const { groups } = this.record
    const monitor = monitorOf(this.files, groups)
    // A process id may be reused.
    if (groups.flavour !== 'pid' && !(await processesOf(groups.monitor)).includes(monitor)) return false
    const [name, ...rest] = this.runtime.add(this.target, { args, user, monitor, join: groups.join })
    const child = spawn(name, rest, { stdio: 'ignore', env: helperEnvironment, signal })
    const [code] = await once(child, 'close')
    return code === 0
  }

  private asService(): ServiceRecord {
    const { service } = this.record
    if (service === undefined) throw new Error(`the sandbox ${this.record.id} is no service`)
    return service
  }

  private runningSince(start: StartRecord): OciRunning {
    const { target, record, context, services } = this
    return new OciRunning(target, record, start, context.now, async (deadline) => {
      await Promise.all(services.map((service) => service.extend(deadline)))
    })
  }

  async talk(command: Command, terminal: TerminalSize | null): Promise<Conversation> {
    const launcher = this.unstarted('talk')
    const { files } = this
    const start = this.prepare(launcher, command, terminal !== null)
    const pipes = await openTalkPipes(files)
    try {
      await this.launch(launcher, 'talk', (changes) => this.talkBegun(changes))
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
        // The terminal is gone with the sandbox.
        if (terminal !== null && this.talking === launcher) await this.resize(launcher, size)
      },
    }
  }

  private resize(launcher: Launcher, size: TerminalSize): Promise<void> {
    return this.runtime.resize(this.target, launcher.staged(stage), size)
  }

  private prepare(launcher: Launcher, command: Command, hasTerminal: boolean, program?: ServiceProgram): StartRecord {
    const { target, record, context } = this
    const root = launcher.staged(staged.root)
    this.runtime.checkRoot(root)
    if (this.hasGit()) makeGitMountPoint(`${root}/workspace`, rootIdOf(record))
    return writeCommand({ layout: context.layout, now: context.now, target, record, command, hasTerminal, program })
  }

  /** Releases the launcher and waits until the command has begun. */
  private async launch(
    launcher: Launcher,
    way: 'go' | 'talk',
    begun: (changes: DirectoryWatcher) => Promise<void>,
  ): Promise<void> {
    const { files, record, context } = this
    let changes: DirectoryWatcher | undefined
    let started = false
    try {
      const signal = patience()
      const watching = await untilAffordable(() => new DirectoryWatcher([files.state, files.exitDirectory]), signal)
      changes = watching
      await untilAffordable(() => ensureWatchdog(context.layout), signal)
      this.launcher = undefined
      forgetUnbegun(context.layout, record.id)
      await launcher[way]()
      await begun(watching)
      started = true
    } catch (error) {
      throw new SandboxError('provision_failed', `could not start the command: ${plainReason(error)}`, {
        cause: error,
      })
    } finally {
      changes?.close()
      // A service has no secrets, and programs that are added to it need its configuration.
      if (record.service === undefined) forgetConfig(context.layout, record.id)
      // The pipe to an interactive command stays open until the sandbox's end, which ends the
      // command.
      if (way !== 'go' && started) this.talking = launcher
      else await launcher.gone(started)
    }
  }

  async memo(): Promise<string | undefined> {
    return readMemo(this.context.layout, this.record.id)
  }

  async running(): Promise<Running | undefined> {
    return this.command
  }

  snapshot(meta: SnapshotMeta): Promise<Snapshot> {
    this.freezing ??= this.freeze(meta).catch((error: unknown) => {
      this.freezing = undefined
      throw error
    })
    return this.freezing
  }

  private async freeze(meta: SnapshotMeta): Promise<Snapshot> {
    const { files, record } = this
    if (this.command === undefined) throw new SandboxError('snapshot_failed', 'no command was started in this sandbox')
    if (!(await this.hasEnded())) throw new SandboxError('snapshot_failed', 'the command has not ended')
    try {
      // The outcome is determined from files that are about to move.
      await this.command.exited()
      await waitUntilEmpty(record.groups.payload)
      // Nothing can write any more. The monitor is ending, but unmounting takes time for many files
      // [0.3 s for 100,000]. If a child starts meanwhile, the kernel only logs that a layer is in
      // use.
      await isEmptyWithin(record.groups.monitor, 20)
      if (this.hasGit()) removeGitMountPoint(files.upper)
      return await this.context.snapshots.freeze(files, {
        parent: record.parent,
        imageDigest: record.image.digest,
        below: record.layers,
        source: record.source,
        ...(record.inputPaths && { inputPaths: record.inputPaths }),
        meta,
      })
    } catch (error) {
      throw new SandboxError('snapshot_failed', `could not keep the file system: ${plainReason(error)}`, {
        cause: error,
      })
    }
  }

  readFile(path: string, maxBytes: number): Promise<Buffer | undefined> {
    return this.withView((root) => readFromView(root, path, maxBytes))
  }

  async withFiles<T>(use: (files: FrozenFiles) => Promise<T>): Promise<T> {
    const { context, files, record } = this
    if (this.command === undefined || !(await this.hasEnded()))
      throw new SandboxError('snapshot_unavailable', 'the command has not ended')
    await waitUntilEmpty(record.groups.payload)
    const kept = plannedSnapshot(files)
    if (kept !== undefined && (await context.snapshots.get(kept)) !== undefined)
      return context.snapshots.withFiles(kept, use)
    return this.withView((root) => use(new FilesOfView(root)))
  }

  /** Shows the sandbox's own files, which no snapshot has yet. */
  private withView<T>(use: (root: string) => Promise<T>): Promise<T> {
    const { context, files, record } = this
    const stack = layerStack(record.image.rootfs, record.layers)
    // A kill may have interrupted `freeze` after it had moved them.
    const top = existsSync(files.upper) ? files.upper : filesIn(files.snapshot).layer
    const own = { ...stack, layers: [relative(context.layout.root, top), ...stack.layers] }
    return context.viewer.withViews([own], ([root = '']) => use(root))
  }

  async outputFiles(): Promise<OutputFiles> {
    if (this.command === undefined || this.record.hasOutput !== true) return noOutputFiles
    await this.command.exited()
    return openOutputFiles(this.files, this.record.groups.top)
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

  /** Waits for conmon's report on whether the command started, a line of JSON. */
  private async runtimeAnswer(changes: DirectoryWatcher): Promise<void> {
    const { files } = this
    const text = await this.begunWith(changes, () => {
      const said = readIfPresent(files.sync) ?? ''
      return said.endsWith('\n') ? said : undefined
    })
    const answer = JSON.parse(text) as { readonly data: number; readonly message?: string }
    if (answer.data < 0)
      throw startFailure(this.runtime.complaint(this.target, answer.message?.trim() ?? 'the runtime gave no message'))
  }

  /**
   * Waits until the runtime writes the command's process id. Without it, an exit code is the
   * runtime's own.
   */
  private async talkBegun(changes: DirectoryWatcher): Promise<void> {
    const { files } = this
    await this.begunWith(changes, () => readIfPresent(files.pid) || undefined)
  }

  /** Polls `look` until it returns a value, as long as a process of the launcher lives. */
  private async begunWith(changes: DirectoryWatcher, look: () => string | undefined): Promise<string> {
    const { files, record } = this
    const signal = patience()
    for (;;) {
      changes.reset()
      const lost = !(await untilAffordable(() => isAlive(record.groups), signal))
      const found = await untilAffordable(look, signal)
      if (found !== undefined) return found
      if (lost)
        throw new ToolFailed(
          'its monitor ended too early',
          readIfPresent(files.monitorLog)?.trim() || 'it gave no reason',
        )
      await changes.wait(1_000, signal)
    }
  }

  private hasGit(): boolean {
    return this.record.readOnlyMounts.some(({ target }) => target === gitTarget)
  }

  private async hasEnded(): Promise<boolean> {
    const { files, record } = this
    if (readIfPresent(files.exit) !== undefined) return true
    return !(await isAlive(record.groups))
  }

  private unstarted(what: string): Launcher {
    if (this.launcher === undefined)
      throw new SandboxError(
        'provision_failed',
        `${what} needs a sandbox that this process created and that has not run a command`,
      )
    return this.launcher
  }
}

/** Of a sandbox that an earlier release made. */
const noOutputFiles: OutputFiles = { complete: true, list: async () => [], read: async () => undefined }

/** Returns the id of a command's monitor. */
function monitorOf(files: SandboxFiles, { flavour, top }: Groups): number {
  return Number(readIfPresent(flavour === 'pid' ? join(top, 'first') : files.monitorPid) ?? 0)
}

/** Rewords the runtime's refusal. */
function startFailure(said: string): ToolFailed {
  const place = /\b(?:chdir|directory)\b[^/]*(\/[^`"':\s]+)/.exec(said)?.[1]
  return new ToolFailed(
    place === undefined ? 'the runtime refused to start it' : `${place} is no directory that it can start in`,
    said,
  )
}
