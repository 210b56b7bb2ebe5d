import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeGroups, makeServiceGroups, type ServicePlace } from '../cgroups/cgroups.ts'
import type { CgroupHome } from '../cgroups/home.ts'
import { type Layout, sandboxFiles } from '../layout/layout.ts'
import type { NetworkSlot } from '../network/network-slot.ts'
import { idCount } from '../privilege/id-ranges.ts'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { assignments } from '../system/assignments.ts'
import { readIfPresent } from '../system/files.ts'
import type { KernelThread } from '../system/kernel/kernel-thread.ts'
import { LineReader } from '../system/line-reader.ts'
import { helperEnvironment } from '../system/machine.ts'
import { Fifos } from './fifos.ts'
import { fstabOf } from './fstab.ts'
import { KernelSetup } from './kernel-setup.ts'
import { type Launcher, newLauncher } from './launcher.ts'
import { stagedGroup, stageMounts } from './mounts.ts'

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** The number of the system call unshare, for which Perl has no function. */
const unshareCall = process.arch === 'x64' ? '272' : '97'

/**
 * Starts launchers through one helper process; see prefork-server.pl. The helper is started on
 * demand, and again if it was killed. If it is killed, launchers whose sandbox is mounted keep
 * waiting.
 */
export class PreforkServer {
  private readonly layout: Layout
  private readonly home: CgroupHome
  private readonly fifos: Fifos
  private helper: Promise<Helper> | undefined

  private readonly kernel: () => Promise<KernelThread | undefined>

  /**
   * @param kernel opens the kernel thread, which sets up launchers; undefined if they do so
   * themselves.
   */
  constructor(layout: Layout, home: CgroupHome, kernel: () => Promise<KernelThread | undefined>) {
    this.layout = layout
    this.home = home
    this.kernel = kernel
    this.fifos = new Fifos(layout.launchers)
  }

  /**
   * Starts a launcher, and resolves when it waits for its sandbox. Rejects with `LauncherLost` if
   * the helper is killed meanwhile.
   * @param place present for a service.
   */
  async launch(network: NetworkSlot, rootId: number, place?: ServicePlace): Promise<Launcher> {
    // An ordinary user's thread could not return to the machine's network namespace.
    const isMapped = privilegeMode.kind === 'mapped'
    const [helper, kernel] = await Promise.all([this.running(), isMapped ? undefined : this.kernel()])
    // The process id in the name tells a later driver whether this launcher is still in use.
    const slot = `${process.pid}-${randomBytes(4).toString('hex')}`
    const settings = join(this.layout.launchers, slot)
    const { home, layout } = this
    const making =
      place === undefined ? makeGroups(home, layout.tag, slot) : makeServiceGroups(home, layout.tag, slot, place)
    const [groups, fifo] = await Promise.all([making, this.fifos.take()])
    writeFileSync(
      settings,
      assignments({
        slot,
        join: groups.join.map(stagedGroup).join('\n'),
        leave: groups.leave.map(stagedGroup).join('\n'),
        network: network.mode,
        inside: network.inside,
        ids: `0 ${rootId} ${idCount}`,
        // Tells the launcher to set itself up.
        alone: kernel === undefined ? '1' : '',
        // The file to which the launcher writes its process id.
        first: groups.flavour === 'pid' ? join(groups.top, 'first') : '',
      }),
    )
    const launcher = newLauncher({
      slot,
      groups,
      network,
      rootId,
      fifo,
      lines: helper.lines,
      onUnwatched: helper.onGone,
      setup: kernel && new KernelSetup(layout, kernel),
      writeFstab: (id, mounts) => writeFileSync(sandboxFiles(layout.sandboxes, id).fstab, fstabOf(mounts)),
      complaint: async () => (readIfPresent(`${settings}.err`) ?? '').trim(),
      released: async (clean) => {
        helper.lines.ignore(slot)
        for (const path of [settings, `${settings}.err`]) rmSync(path, { force: true })
        if (clean) this.fifos.giveBack(fifo)
        else await this.fifos.remove(fifo)
      },
    })
    helper.ask(`${slot} ${fifo.name} ${network.mode}\n`)
    await launcher.waiting()
    return launcher
  }

  /**
   * Kills the helper, and with it the launchers that have no sandbox yet. The next launch starts
   * another helper.
   */
  async kill(): Promise<void> {
    const helper = await this.helper?.catch(() => undefined)
    await helper?.kill()
  }

  async close(): Promise<void> {
    const helper = await this.helper?.catch(() => undefined)
    await Promise.all([helper?.stop(), this.fifos.close()])
  }

  private async running(): Promise<Helper> {
    this.helper ??= startHelper(this.layout)
    const current = this.helper
    const helper = await current.catch(() => undefined)
    // The first of several callers that find the helper dead starts the next one.
    if ((helper === undefined || helper.isGone()) && this.helper === current) this.helper = startHelper(this.layout)
    return this.helper
  }
}

interface Helper {
  readonly lines: LineReader
  isGone(): boolean
  /**
   * Calls the listener when the helper has ended, with the reason. The helper's children may keep
   * its pipes open longer. Returns a function that unsubscribes the listener.
   */
  onGone(listener: (why: string) => void): () => void
  ask(line: string): void
  /** Resolves when the helper has ended. */
  kill(): Promise<void>
  stop(): Promise<void>
}

async function startHelper(layout: Layout): Promise<Helper> {
  mkdirSync(layout.launchers, { recursive: true, mode: 0o700 })
  writeFileSync(join(layout.launchers, 'stage.fstab'), fstabOf(stageMounts))
  const child = spawn(
    'unshare',
    // Unmounts on the machine must propagate, because a private copy of the mounts would keep its
    // disks busy.
    [
      '--mount',
      '--propagation=slave',
      '/bin/sh',
      file('prefork-server.sh'),
      layout.launchers,
      file('prefork-server.pl'),
      unshareCall,
      file('launcher.sh'),
      file('runtime.sh'),
    ],
    {
      cwd: layout.root,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: helperEnvironment,
    },
  )
  let goneBecause: string | undefined
  const listeners = new Set<(why: string) => void>()
  const onGone = (listener: (why: string) => void): (() => void) => {
    listeners.add(listener)
    if (goneBecause !== undefined) listener(goneBecause)
    return () => listeners.delete(listener)
  }
  child.once('exit', (code, signal) => {
    goneBecause = `the helper that starts launchers ended with ${signal ?? code}`
    for (const listener of [...listeners]) listener(goneBecause)
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const lines = new LineReader(child)
  await lines.expect('prefork-server', 'ready')
  return {
    lines,
    isGone: () => goneBecause !== undefined,
    onGone,
    ask: (line) => child.stdin.write(line),
    async kill() {
      child.ref()
      child.kill('SIGKILL')
      await exited
    },
    async stop() {
      child.stdin.end()
      child.ref()
      // Launchers share the helper's stdout, and exit when their pipes close.
      await lines.waitFor(closed)
    },
  }
}
