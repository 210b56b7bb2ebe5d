import { closeSync, constants, openSync, writeFileSync, writeSync } from 'node:fs'
import { isPopulated, killGroup, processesOf, removeGroups, waitUntilEmpty } from '../cgroups/cgroups.ts'
import type { Groups } from '../cgroups/home.ts'
import type { NetworkSlot } from '../network/network-slot.ts'
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
  /** The sandbox's root, as a user id of the machine. */
  readonly rootId: number
  alive(): boolean
  /** Resolves when it waits for a sandbox. Called once, by its maker. */
  waiting(): Promise<void>
  /**
   * Mounts the root of the sandbox with this id, whose fstab is on disk. Fails with mount's error.
   */
  mount(id: string): Promise<void>
  /**
   * Returns the path of a file on its stage, once mounted. Goes through a descriptor of this
   * process: a process id can be reused by a process with a root of its own choice.
   * @param path below `stage`.
   */
  staged(path: string): string
  /** Lets it become the sandbox's monitor, which starts the command. */
  go(): Promise<void>
  /** Starts an interactive command, which ends with this process; see terminal.sh. */
  talk(): Promise<void>
  /** Call it once it is known whether the command started. */
  gone(started: boolean): Promise<void>
  /** Kills it and its descendants, and removes its groups. */
  discard: () => Promise<void>
}

/** A launcher, or the process about to fork it, was killed. Retry with another one. */
export class LauncherLost extends Error {
  override readonly name = 'LauncherLost'
}

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
   * Calls the listener, at once if it applies, when nobody will fork the launcher. Returns the
   * unsubscriber.
   */
  onUnforked(listener: (why: string) => void): () => void
  /** Its stderr. */
  complaint(): Promise<string>
  /** Frees its resources. @param clean whether it has read everything sent to it. */
  released(clean: boolean): Promise<void>
}

/** Returns the driver's end of a launcher that is about to be forked. */
export function newLauncher(parts: LauncherParts): Launcher {
  const { groups, network, rootId, lines, fifo } = parts
  let pid = 0
  let stageFd: number | undefined
  let ended = false
  let released = false
  let heard = Promise.withResolvers<string>()
  const said: string[] = []
  lines.listen(parts.slot, (word) => {
    if (word === 'ended') ended = true
    said.push(word)
    heard.resolve(word)
  })
  const release = async (clean: boolean): Promise<void> => {
    if (released) return
    released = true
    if (stageFd !== undefined) closeSync(stageFd)
    stageFd = undefined
    await parts.released(clean)
  }
  const discard = async (): Promise<void> => {
    // It sees the end of its pipe, even if it joins its groups only now.
    await release(false)
    await killGroup(groups.top)
    await waitUntilEmpty(groups.top)
    await removeGroups(groups)
  }
  const expect = async (wanted: string): Promise<string> => {
    while (said.length === 0) {
      heard = Promise.withResolvers<string>()
      await lines.waitFor(heard.promise)
    }
    const word = said.shift() ?? ''
    if (word.split(' ')[0] === wanted) return word
    const complaint = await parts.complaint()
    if (complaint !== '') throw new ToolFailed('the system refused to set it up', complaint)
    throw new LauncherLost(lines.end ?? 'the launcher exited without a message')
  }
  const expectForked = async (wanted: string): Promise<string> => {
    const { promise: lost, reject } = Promise.withResolvers<never>()
    const unsubscribe = parts.onUnforked((why) => reject(new LauncherLost(why)))
    try {
      return await Promise.race([expect(wanted), lost])
    } finally {
      unsubscribe()
    }
  }
  return {
    get pid() {
      return pid
    },
    groups,
    network,
    rootId,
    alive: () => !ended,
    async waiting() {
      try {
        pid = Number((await expectForked('waiting')).split(' ')[1])
        if (network.link !== null) {
          const settings = `/proc/sys/net/ipv4/conf/${network.link}`
          // Drops raw packets, which runsc lets root inside send, unless their source is this
          // sandbox's address.
          writeFileSync(`${settings}/rp_filter`, '1')
          if (network.routeLocalnet) writeFileSync(`${settings}/route_localnet`, '1')
        }
      } catch (error) {
        await discard()
        throw error
      }
    },
    async mount(id) {
      writeSync(fifo.handle.fd, `${id}\n`)
      await expect('mounted')
      stageFd = openSync(`/proc/${pid}/root${stage}`, constants.O_RDONLY | constants.O_DIRECTORY)
      // Checked after opening: no process with a reused id can be in these groups.
      const lives =
        groups.flavour === 'pid' ? await isPopulated(groups.top) : (await processesOf(groups.payload)).includes(pid)
      if (!lives) throw new LauncherLost('the launcher exited without a message')
    },
    staged(path) {
      if (stageFd === undefined) throw new Error('nothing is mounted for this sandbox')
      return onStage(stageFd, path)
    },
    async go() {
      writeSync(fifo.handle.fd, 'go\n')
    },
    async talk() {
      writeSync(fifo.handle.fd, 'talk\n')
    },
    gone: release,
    discard,
  }
}

/** Returns shell text that assigns variables. Values may contain any character. */
export function assignments(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join('')
}
