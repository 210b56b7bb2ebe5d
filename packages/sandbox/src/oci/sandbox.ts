import { randomUUID } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Command,
  type Conversation,
  type Running,
  type Sandbox,
  SandboxError,
  type SandboxHandle,
  type Snapshot,
  type SnapshotMeta,
  type SourceTreeRef,
  type TerminalSize,
} from '../driver.ts'
import { syncWorkspace } from '../source/index.ts'
import { isEmptyWithin, isPopulated, killGroup, removeGroups, waitUntilEmpty } from './cgroups.ts'
import { Changes } from './changes.ts'
import { usedBytes } from './disk-use.ts'
import { isAbsent, readIfPresent, removeTree, writeAtomically } from './files.ts'
import { gitTarget, makeGitMountPoint, removeGitMountPoint } from './git-mount.ts'
import type { Launcher } from './launcher.ts'
import { firstId, type Layout, type SandboxFiles, sandboxFiles } from './layout.ts'
import { fillMemory, makeMemory, memoryFiles, readMemo, removeMemory } from './memory.ts'
import { rootFstab, staged } from './mounts.ts'
import { waitForLinkGone } from './network.ts'
import { readFromView } from './read-file.ts'
import { type SandboxRecord, type StartRecord, uptimeAt, writeRecord } from './record.ts'
import { OciRunning } from './running.ts'
import { longestArgument, runtimeConfig } from './runtime-config.ts'
import type { OciSnapshots } from './snapshots.ts'
import { layerStack } from './stack.ts'
import { openTalkPipes, resizeTerminal, type TalkPipes } from './terminal.ts'
import type { Viewer } from './view.ts'
import { ensureWatchdog, watchFile } from './watchdog.ts'

/** What all sandboxes of a driver share. */
export interface SandboxContext {
  readonly layout: Layout
  readonly snapshots: OciSnapshots
  readonly viewer: Viewer
  readonly now: () => Date
  /** Clears groups of sandboxes whose record is lost. */
  readonly clearLost: () => Promise<void>
  /** Called once nothing of a sandbox is left. */
  readonly onDestroyed: (record: SandboxRecord | undefined, id: string) => void
}

/** How long the runtime may take to start a command; it takes 20 ms. */
const startTimeoutMs = 60_000

export class OciSandbox implements Sandbox {
  readonly handle: SandboxHandle
  private readonly context: SandboxContext
  private readonly files: SandboxFiles
  private record: SandboxRecord
  /** Only while no command was started, and only in the process that created the sandbox. */
  private launcher: Launcher | undefined
  private command: OciRunning | undefined
  /** Of a command that is talked to, until the sandbox's end. */
  private talking: Launcher | undefined
  private pipes: TalkPipes | undefined
  private destroying: Promise<void> | undefined
  private freezing: Promise<Snapshot> | undefined

  constructor(context: SandboxContext, record: SandboxRecord, launcher?: Launcher, start?: StartRecord) {
    this.context = context
    this.record = record
    this.launcher = launcher
    this.files = sandboxFiles(context.layout.sandboxes, record.id)
    this.handle = { id: record.id, label: record.label }
    if (start !== undefined) this.command = new OciRunning(this.files, record, start, context.now)
  }

  /** Puts a record and empty directories on disk, all or nothing; from here on `list` knows of the sandbox. */
  static register(context: SandboxContext, record: SandboxRecord): void {
    const staging = sandboxFiles(context.layout.trash, randomUUID())
    mkdirSync(staging.directory, { mode: 0o700 })
    writeRecord(staging.record, record)
    mkdirSync(staging.exitDirectory)
    mkdirSync(join(staging.directory, 'socket'))
    writeFileSync(
      staging.fstab,
      rootFstab({
        stack: layerStack(record.image.rootfs, record.layers),
        upper: `sandboxes/${record.id}/upper`,
        work: `sandboxes/${record.id}/work`,
        readOnlyMounts: record.readOnlyMounts,
        network: record.network,
        resolvConf: record.resolvConf,
        secrets: record.secretFiles === true ? memoryFiles(context.layout, record.id).secrets : null,
      }),
    )
    for (const path of [staging.upper, staging.work]) {
      mkdirSync(path)
      chmodSync(path, 0o755)
      chownSync(path, firstId, firstId)
    }
    renameSync(staging.directory, sandboxFiles(context.layout.sandboxes, record.id).directory)
    if (record.secretFiles === true) makeMemory(context.layout, record.id)
  }

  async syncSource(tree: SourceTreeRef): Promise<void> {
    if (this.record.source?.digest === tree.digest) return
    const root = this.unstarted('syncSource')
    const workspace = `/proc/${root.pid}/root${staged.root}/workspace`
    if (!(await lstat(workspace)).isDirectory())
      throw new SandboxError(
        'provision_failed',
        'an earlier step replaced /workspace by something that is not a directory',
      )
    await syncWorkspace({
      tree,
      previous: this.record.source,
      workspace,
      owner: { uid: firstId, gid: firstId },
      now: this.context.now(),
    })
    this.record = { ...this.record, source: tree }
    writeRecord(this.files.record, this.record)
  }

  async start(command: Command): Promise<Running> {
    const launcher = this.unstarted('start')
    const start = this.prepare(launcher, command)
    await this.launch(launcher, 'go', (changes) => this.runtimeAnswer(changes))
    this.command = new OciRunning(this.files, this.record, start, this.context.now)
    return this.command
  }

  async talk(command: Command, terminal: TerminalSize | null): Promise<Conversation> {
    const launcher = this.unstarted('talk')
    const { files, record, context } = this
    const start = this.prepare(launcher, command, terminal)
    const pipes = await openTalkPipes(files)
    try {
      await this.launch(launcher, 'talk', (changes) => this.talkBegun(changes))
    } catch (error) {
      pipes.destroy()
      throw error
    }
    pipes.begun()
    if (terminal !== null) await resizeTerminal(files, record.groups.payload, terminal)
    const running = new OciRunning(files, record, start, context.now)
    this.command = running
    this.pipes = pipes
    return {
      startedAt: running.startedAt,
      input: pipes.input,
      output: pipes.output,
      errors: pipes.errors,
      exited: (signal) => running.exited(signal),
      kill: () => killGroup(record.groups.payload),
      async resize(size) {
        if (terminal !== null) await resizeTerminal(files, record.groups.payload, size)
      },
    }
  }

  /** Puts on disk what the launcher, the runtime and the watchdog read of a command. */
  private prepare(launcher: Launcher, command: Command, terminal: TerminalSize | null = null): StartRecord {
    const { files, record, context } = this
    const { layout, now } = context
    if (this.hasGit()) makeGitMountPoint(`/proc/${launcher.pid}/root${staged.root}/workspace`)
    const config = runtimeConfig({
      command,
      terminal: terminal !== null,
      imageEnv: record.image.env,
      network: record.network,
      resolvConf: record.resolvConf !== null,
      readOnlyTargets: record.readOnlyMounts.map(({ target }) => target),
      secretFiles: record.secretFiles === true,
    })
    const used = usedBytes(layout.root)
    const start: StartRecord = { startedAt: now().toISOString(), usedBytes: used }
    const { secrets = {}, memo = '' } = command
    if (record.secretFiles === true) fillMemory(layout, record.id, { secrets, memo })
    else if (memo !== '' || Object.keys(secrets).length > 0)
      throw new SandboxError('provision_failed', 'this sandbox was not made for secrets')
    writeFileSync(files.config, JSON.stringify(config), { mode: 0o600 })
    writeFileSync(files.spool, '', { mode: 0o600 })
    writeFileSync(files.watch, watchFile(record.groups.payload, record.limits.diskBytes, used))
    if (Buffer.byteLength(command.script) > longestArgument)
      writeFileSync(files.script, command.script, { mode: 0o555 })
    writeAtomically(files.deadline, `${uptimeAt(command.deadline, now())}\n`)
    writeAtomically(files.started, JSON.stringify(start))
    return start
  }

  /** Lets the launcher go and waits for the word that the command has begun. */
  private async launch(
    launcher: Launcher,
    way: 'go' | 'talk',
    begun: (changes: Changes) => Promise<void>,
  ): Promise<void> {
    const { files, record, context } = this
    const changes = new Changes([files.directory])
    let started = false
    try {
      await ensureWatchdog(context.layout)
      this.launcher = undefined
      await launcher[way]()
      await begun(changes)
      started = true
    } catch (error) {
      throw new SandboxError(
        'provision_failed',
        `the command could not be started: ${error instanceof Error ? error.message : error}`,
        {
          cause: error,
        },
      )
    } finally {
      changes.close()
      forgetConfig(context.layout, record.id)
      // The pipe to one that talks stays open as long as its sandbox: its end is the command's.
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
      // What ended it is judged by the files that are about to go.
      await this.command.exited()
      await waitUntilEmpty(record.groups.payload)
      // Nobody can write any more. The monitor ends just now, but the end of its mount takes as long as many files were seen
      // [0.3 s for 100,000]; a child that starts meanwhile only makes the kernel remark that a layer is still in use.
      await isEmptyWithin(record.groups.top, 20)
      if (this.hasGit()) removeGitMountPoint(files.upper)
      return await this.context.snapshots.freeze(files, {
        parent: record.parent,
        imageDigest: record.image.digest,
        below: record.layers,
        source: record.source,
        meta,
      })
    } catch (error) {
      throw new SandboxError(
        'snapshot_failed',
        `the file system could not be kept: ${error instanceof Error ? error.message : error}`,
        {
          cause: error,
        },
      )
    }
  }

  async readFile(path: string, maxBytes: number): Promise<Buffer | undefined> {
    const { record } = this
    const stack = layerStack(record.image.rootfs, record.layers)
    const own = { ...stack, layers: [`sandboxes/${record.id}/upper`, ...stack.layers] }
    return this.context.viewer.withViews([own], ([root]) => readFromView(root as string, path, maxBytes))
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
    await destroyRemains(this.context, this.record, this.record.id)
    await launcher?.gone(false)
  }

  /** conmon's word on whether the command could be started, a line of JSON. */
  private async runtimeAnswer(changes: Changes): Promise<void> {
    const { files } = this
    const text = await this.begunWith(changes, () => {
      const said = readIfPresent(files.sync) ?? ''
      return said.endsWith('\n') ? said : undefined
    })
    const answer = JSON.parse(text) as { readonly data: number; readonly message?: string }
    if (answer.data < 0) throw new Error(answer.message?.trim() ?? 'the runtime said nothing')
  }

  /** The runtime writes the command's process id once there is one; without it an exit code is the runtime's own. */
  private async talkBegun(changes: Changes): Promise<void> {
    const { files } = this
    await this.begunWith(changes, () => readIfPresent(files.pid) || undefined)
  }

  /** Waits for what `look` finds, as long as anything of the launcher lives. */
  private async begunWith(changes: Changes, look: () => string | undefined): Promise<string> {
    const { files, record } = this
    const signal = AbortSignal.timeout(startTimeoutMs)
    for (;;) {
      changes.reset()
      const lost = !(await isPopulated(record.groups.top))
      const found = look()
      if (found !== undefined) return found
      if (lost) throw new Error(readIfPresent(files.monitorLog)?.trim() || 'the monitor ended without a word')
      await changes.wait(1_000, signal)
    }
  }

  private hasGit(): boolean {
    return this.record.readOnlyMounts.some(({ target }) => target === gitTarget)
  }

  private async hasEnded(): Promise<boolean> {
    const { files, record } = this
    if (readIfPresent(files.exit) !== undefined) return true
    return !(await isPopulated(record.groups.top))
  }

  private unstarted(what: string): Launcher {
    if (this.launcher === undefined)
      throw new SandboxError(
        'provision_failed',
        `${what} needs a sandbox that this process created and in which no command was started`,
      )
    return this.launcher
  }
}

/** Removes what the runtime was told of a command: the environment may hold secrets, and nobody reads it again. */
export function forgetConfig({ sandboxes, crunState }: Layout, id: string): void {
  rmSync(sandboxFiles(sandboxes, id).config, { force: true })
  rmSync(join(crunState, id, 'config.json'), { force: true })
}

/** Removes all that a sandbox may have left, at whatever point it was interrupted. The record goes last. */
export async function destroyRemains(
  context: SandboxContext,
  record: SandboxRecord | undefined,
  id: string,
): Promise<void> {
  if (record === undefined) await context.clearLost()
  else {
    const { groups } = record
    await killGroup(groups.top)
    await waitUntilEmpty(groups.top)
    if (record.link !== null) await waitForLinkGone(record.link)
    await removeGroups(groups)
  }
  rmSync(join(context.layout.crunState, id), { recursive: true, force: true })
  removeMemory(context.layout, id)
  try {
    await removeTree(sandboxFiles(context.layout.sandboxes, id).directory, context.layout.trash, [
      'upper',
      'snapshot/layer',
    ])
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
  context.onDestroyed(record, id)
}
