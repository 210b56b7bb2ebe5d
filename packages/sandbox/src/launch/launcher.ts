import { closeSync, constants, openSync, writeFileSync, writeSync } from 'node:fs'
import { endGroup, isPopulated, processesOf, removeGroups } from '../cgroups/cgroups.ts'
import type { Groups } from '../cgroups/home.ts'
import type { NetworkSlot } from '../network/network-slot.ts'
import type { MountCall } from '../system/kernel/mount-call.ts'
import type { LineReader } from '../system/line-reader.ts'
import { stage } from '../system/machine.ts'
import { ToolFailed } from '../system/tool-failed.ts'
import type { Fifo } from './fifos.ts'
import { onStage } from './mounts.ts'

/**
 * A process that waits in its own control groups, mount namespace and network namespace to become a
 * sandbox; see launcher.sh. Until `go` it dies with this process.
 */
export interface Launcher {
  readonly pid: number
  readonly groups: Groups
  readonly network: NetworkSlot
  /** The user id that the sandbox's root has on the machine. */
  readonly rootId: number
  /** Whether the machine's end of its link is set up. */
  readonly isConnected: boolean
  alive(): boolean
  /**
   * Resolves when the launcher waits for a sandbox. Called once, by the code that started the
   * launcher.
   */
  waiting(): Promise<void>
  /** Mounts the root of the sandbox with this id. Rejects with mount's error. */
  mount(id: string, mounts: readonly MountCall[]): Promise<void>
  /**
   * Returns the path of a file on the launcher's stage, once mounted. The path goes through a
   * descriptor of this process: a process id can be reused by a process with a root of its own
   * choice.
   * @param path below `stage`.
   */
  staged(path: string): string
  /** Makes the launcher the sandbox's monitor, which starts the command. */
  go(): Promise<void>
  /** Starts an interactive command, which ends with this process; see terminal.sh. */
  talk(): Promise<void>
  /** Releases the driver's end. Call it once it is known whether the command started. */
  gone(started: boolean): Promise<void>
  /** Kills the launcher and its descendants, and removes its groups. */
  discard(): Promise<void>
  /** Registers work to do once nothing of the launcher remains after `discard`. */
  afterDiscard(work: () => Promise<void>): void
}

/**
 * Thrown if a launcher, or the process about to fork it, was killed. A retry with another launcher
 * may succeed.
 */
class LauncherLost extends Error {
  override readonly name = 'LauncherLost'
}

const refused = 'the system refused to set it up'
const triesWhenLost = 3

/** Runs `work`, and repeats it if its launcher was lost. */
export async function withLauncher<T>(work: () => Promise<T>): Promise<T> {
  for (let left = triesWhenLost - 1; ; left--) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof LauncherLost) || left === 0) throw error
    }
  }
}

export interface LauncherParts {
  readonly slot: string
  readonly groups: Groups
  readonly network: NetworkSlot
  readonly rootId: number
  readonly fifo: Fifo
  readonly lines: LineReader
  /**
   * Calls the listener when no process will fork the launcher or report its end; immediately if
   * that is already the case. Returns a function that unsubscribes the listener.
   */
  onUnwatched(listener: (why: string) => void): () => void
  /** Sets up the launcher; undefined if it does so itself. */
  readonly setup: LauncherSetup | undefined
  /** Writes the mounts of the sandbox with this id for a launcher that makes them itself. */
  writeFstab(id: string, mounts: readonly MountCall[]): void
  /** Its stderr. */
  complaint(): Promise<string>
  /**
   * Frees the launcher's resources.
   * @param clean whether the launcher has read everything sent to it.
   */
  released(clean: boolean): Promise<void>
}

/** Sets up launchers from outside. `process` is an open /proc directory of the launcher. */
export interface LauncherSetup {
  /** Sets up the launcher's namespaces, and both ends of its link. */
  prepare(process: string, launcher: Pick<Launcher, 'pid' | 'network' | 'rootId'>): Promise<void>
  /** Makes the mounts of the sandbox with this id. */
  mount(process: string, id: string, mounts: readonly MountCall[]): Promise<void>
}

/** Returns the driver's end of a launcher that is about to be forked. */
export function newLauncher(parts: LauncherParts): Launcher {
  return new DriversEnd(parts)
}

class DriversEnd implements Launcher {
  readonly groups: Groups
  readonly network: NetworkSlot
  readonly rootId: number
  readonly isConnected: boolean
  readonly #parts: LauncherParts
  #pid = 0
  #stageFd: number | undefined
  #ended = false
  #released = false
  #afterDiscard = async () => {}
  /** Received lines that have not been waited for yet, and a promise of the next one. */
  readonly #said: string[] = []
  #heard = Promise.withResolvers<string>()
  /** The reason why the launcher's end would not be reported. */
  #unwatched: string | undefined
  readonly #unsubscribe: () => void

  constructor(parts: LauncherParts) {
    this.#parts = parts
    this.groups = parts.groups
    this.network = parts.network
    this.rootId = parts.rootId
    this.isConnected = parts.setup !== undefined
    parts.lines.listen(parts.slot, (word) => this.#hear(word))
    this.#unsubscribe = parts.onUnwatched((why) => {
      this.#unwatched = why
      this.#hear('ended')
    })
  }

  get pid(): number {
    return this.#pid
  }

  alive(): boolean {
    return !this.#ended
  }

  async waiting(): Promise<void> {
    try {
      this.#pid = Number((await this.#expect('waiting')).split(' ')[1])
      await this.#setUp((setup, process) => setup.prepare(process, this))
      const { link, routeLocalnet } = this.network
      if (link !== null) {
        const settings = `/proc/sys/net/ipv4/conf/${link}`
        // Drops raw packets, which runsc lets root inside send, unless their source is this
        // sandbox's address.
        writeFileSync(`${settings}/rp_filter`, '1')
        if (routeLocalnet) writeFileSync(`${settings}/route_localnet`, '1')
      }
    } catch (error) {
      await this.discard()
      throw error
    }
  }

  async mount(id: string, mounts: readonly MountCall[]): Promise<void> {
    if (this.#parts.setup === undefined) this.#parts.writeFstab(id, mounts)
    await this.#setUp((setup, process) => setup.mount(process, id, mounts))
    this.#tell(id)
    await this.#expect('mounted')
    this.#stageFd = await this.#open(`/root${stage}`)
  }

  staged(path: string): string {
    if (this.#stageFd === undefined) throw new Error('nothing is mounted for this sandbox')
    return onStage(this.#stageFd, path)
  }

  async go(): Promise<void> {
    this.#tell('go')
  }

  async talk(): Promise<void> {
    this.#tell('talk')
  }

  async gone(started: boolean): Promise<void> {
    if (this.#released) return
    this.#released = true
    if (this.#stageFd !== undefined) closeSync(this.#stageFd)
    this.#stageFd = undefined
    this.#unsubscribe()
    await this.#parts.released(started)
  }

  async discard(): Promise<void> {
    // The launcher sees the end of its pipe, even if it joins its groups only now.
    await this.gone(false)
    await endGroup(this.groups.top)
    await removeGroups(this.groups)
    await this.#afterDiscard()
  }

  afterDiscard(work: () => Promise<void>): void {
    this.#afterDiscard = work
  }

  async #setUp(work: (setup: LauncherSetup, process: string) => Promise<void>): Promise<void> {
    const { setup } = this.#parts
    if (setup === undefined) return
    const fd = await this.#open('')
    try {
      await work(setup, `/proc/self/fd/${fd}`)
    } catch (error) {
      if (await this.#lives()) throw new Error(refused, { cause: error })
      throw new LauncherLost('the launcher was killed', { cause: error })
    } finally {
      closeSync(fd)
    }
  }

  /** Opens a directory below the launcher's own /proc directory. */
  async #open(path: string): Promise<number> {
    const fd = openSync(`/proc/${this.#pid}${path}`, constants.O_RDONLY | constants.O_DIRECTORY)
    // Checked after opening: a process that reused the id is not in these groups.
    if (await this.#lives()) return fd
    closeSync(fd)
    throw new LauncherLost('the launcher exited without a message')
  }

  async #lives(): Promise<boolean> {
    const { top, payload, flavour } = this.groups
    return flavour === 'pid' ? await isPopulated(top) : (await processesOf(payload)).includes(this.#pid)
  }

  #tell(line: string): void {
    writeSync(this.#parts.fifo.handle.fd, `${line}\n`)
  }

  #hear(word: string): void {
    if (word === 'ended') this.#ended = true
    this.#said.push(word)
    this.#heard.resolve(word)
  }

  async #expect(wanted: string): Promise<string> {
    const { lines } = this.#parts
    while (this.#said.length === 0) {
      this.#heard = Promise.withResolvers<string>()
      await lines.waitFor(this.#heard.promise)
    }
    const word = this.#said.shift() ?? ''
    if (word.split(' ')[0] === wanted) return word
    const complaint = await this.#parts.complaint()
    if (complaint !== '') throw new ToolFailed(refused, complaint)
    throw new LauncherLost(this.#unwatched ?? lines.end ?? 'the launcher exited without a message')
  }
}
