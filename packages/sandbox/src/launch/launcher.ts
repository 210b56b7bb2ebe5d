import { closeSync, constants, openSync, writeFileSync, writeSync } from 'node:fs'
import { type Groups, isPopulated, killGroup, processesOf, removeGroups, waitUntilEmpty } from '../cgroups/cgroups.ts'
import { stage } from '../layout/layout.ts'
import type { NetworkMode } from '../sandbox-driver.ts'
import type { Words } from '../system/line-reader.ts'
import { ToolFailed } from '../system/tool-failed.ts'
import type { Fifo } from './fifos.ts'
import { onStage } from './mounts.ts'

/** How a launcher's network namespace is set up; nothing to do for `host`. */
export interface NetworkSlot {
  readonly mode: NetworkMode
  /** Lines for `ip -batch`: in the new namespace by the launcher, and then in the machine's. */
  readonly inside: string
  readonly outside: string
  /** The link in the machine's namespace that goes with the sandbox. */
  readonly link: string | null
  /** Whether the gateway address leads to a resolver on the machine's loopback. */
  readonly routeLocalnet: boolean
  /** Absolute path of what shall be /etc/resolv.conf; null leaves the image's. */
  readonly resolvConf: string | null
}

/**
 * A process that waits, in control groups, a mount and a network namespace of its own, to become one sandbox. See launcher.sh.
 * Until `go` it dies with this process.
 */
export interface Launcher {
  readonly pid: number
  readonly groups: Groups
  readonly network: NetworkSlot
  /** Id on the machine of the sandbox's root. */
  readonly rootId: number
  alive(): boolean
  /** Resolves when it waits; called once, by who made it. */
  waiting(): Promise<void>
  /** Mounts the root of the sandbox with this id, whose fstab is on disk. Fails with what mount said. */
  mount(id: string): Promise<void>
  /**
   * Leads to a path on its stage, once it has mounted, by a descriptor of this process: a process id may be given again, to one that has chosen its root.
   * @param path below `stage`.
   */
  staged(path: string): string
  /** Becomes the sandbox's monitor, which starts the command. */
  go(): Promise<void>
  /** Starts a command that is talked to, and ends with this process; see terminal.sh. */
  talk(): Promise<void>
  /** To be called once it is known whether the command was started. */
  gone(started: boolean): Promise<void>
  /** Kills it and what came of it, and removes its groups. */
  discard: () => Promise<void>
}

/** Somebody killed a launcher, or what was about to fork it: another one may do. */
export class LauncherLost extends Error {
  override readonly name = 'LauncherLost'
}

const triesWhenLost = 3

/** Does what needs a launcher, again when that was lost. */
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
  readonly words: Words
  /** Calls with why nobody will fork it any more, at once where that is so. Gives the unsubscriber. */
  onUnforked(listener: (why: string) => void): () => void
  /** What it wrote to stderr. */
  complaint(): Promise<string>
  /** Frees what belongs to it. @param clean it has read all that was written to it. */
  released(clean: boolean): Promise<void>
}

/** The driver's end of a launcher that is about to be forked. */
export function newLauncher(parts: LauncherParts): Launcher {
  const { groups, network, rootId, words, fifo } = parts
  let pid = 0
  let held: number | undefined
  let ended = false
  let released = false
  let heard = Promise.withResolvers<string>()
  const said: string[] = []
  words.listen(parts.slot, (word) => {
    if (word === 'ended') ended = true
    said.push(word)
    heard.resolve(word)
  })
  const release = async (clean: boolean): Promise<void> => {
    if (released) return
    released = true
    if (held !== undefined) closeSync(held)
    held = undefined
    await parts.released(clean)
  }
  const discard = async (): Promise<void> => {
    // It sees the end of its pipe, though it may join its groups only now.
    await release(false)
    await killGroup(groups.top)
    await waitUntilEmpty(groups.top)
    await removeGroups(groups)
  }
  const expect = async (wanted: string): Promise<string> => {
    while (said.length === 0) {
      heard = Promise.withResolvers<string>()
      await words.during(heard.promise)
    }
    const word = said.shift() ?? ''
    if (word.split(' ')[0] === wanted) return word
    const complaint = await parts.complaint()
    if (complaint !== '') throw new ToolFailed('the system refused to set it up', complaint)
    throw new LauncherLost(words.end ?? 'the launcher exited without a message')
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
          // Raw packets, which runsc lets root inside send, have the address of this sandbox or go nowhere.
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
      held = openSync(`/proc/${pid}/root${stage}`, constants.O_RDONLY | constants.O_DIRECTORY)
      // Asked after it was opened: nobody else with this id comes into these groups.
      const lives =
        groups.flavour === 'pid' ? await isPopulated(groups.top) : (await processesOf(groups.payload)).includes(pid)
      if (!lives) throw new LauncherLost('the launcher exited without a message')
    },
    staged(path) {
      if (held === undefined) throw new Error('nothing is mounted for this sandbox')
      return onStage(held, path)
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
