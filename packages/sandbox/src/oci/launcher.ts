import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NetworkMode } from '../driver.ts'
import { type CgroupHome, type Groups, killGroup, makeGroups, removeGroups, waitUntilEmpty } from './cgroups.ts'
import { stagedGroup, stageFstabName } from './mounts.ts'

/** How a launcher's network namespace is set up; nothing to do for `host`. */
export interface NetworkSlot {
  readonly mode: NetworkMode
  /** Lines for `ip -batch` in the new namespace and in the machine's. */
  readonly inside: string
  readonly outside: string
  /** The link in the machine's namespace that goes with the sandbox. */
  readonly link: string | null
  /** Whether the gateway address leads to a resolver on the machine's loopback. */
  readonly routeLocalnet: boolean
  /** Content of /etc/resolv.conf; '' leaves the image's. */
  readonly resolvConf: string
}

/**
 * A process that waits, in control groups, a mount and a network namespace of its own, to become one sandbox. See launcher.sh.
 * Until `go` it dies with this process.
 */
export interface Launcher {
  readonly pid: number
  readonly groups: Groups
  readonly network: NetworkSlot
  /** Mounts the root of the sandbox with this id, whose fstab is on disk. Fails with what mount said. */
  mount(id: string): Promise<void>
  /** Becomes the sandbox's monitor, which starts the command. Nothing is waited for. */
  go(): void
  alive(): boolean
  /** Kills it and what came of it, and removes its groups. */
  discard(): Promise<void>
}

const script = fileURLToPath(new URL('launcher.sh', import.meta.url))
const wrapper = fileURLToPath(new URL('runtime.sh', import.meta.url))

export interface LauncherOptions {
  /** The driver's directory. */
  readonly directory: string
  readonly driverTag: string
  readonly home: CgroupHome
  readonly network: NetworkSlot
}

/** Starts a launcher; resolves when it waits for its sandbox. */
export async function startLauncher(options: LauncherOptions): Promise<Launcher> {
  const { network } = options
  // The process's id in the name lets a later driver see that nobody waits for this one any more.
  const groups = await makeGroups(options.home, options.driverTag, `${process.pid}-${randomBytes(4).toString('hex')}`)
  const namespaces = network.mode === 'host' ? ['--mount'] : ['--mount', '--net']
  const child = spawn(
    'unshare',
    [
      ...namespaces,
      // The machine's own unmounts must still reach us: a private copy would keep its disks busy.
      '--propagation=slave',
      '/bin/sh',
      script,
      options.directory,
      wrapper,
      network.mode,
      network.inside,
      network.outside,
      String(process.pid),
      join(options.directory, stageFstabName(network.mode)),
      network.resolvConf,
    ],
    {
      cwd: options.directory,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      // Nothing of this process's environment: the monitor outlives it and is seen by `ps e`.
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        TZ: 'UTC',
        LC_ALL: 'C',
        HARMONT_JOIN: groups.join.join('\n'),
        HARMONT_LEAVE: groups.leave.map(stagedGroup).join('\n'),
      },
    },
  )
  const lines = followLines(child)
  const discard = async (): Promise<void> => {
    await killGroup(groups.top)
    await waitUntilEmpty(groups.top)
    await removeGroups(groups)
  }
  const expect = async (word: string): Promise<void> => {
    try {
      await lines.expect(word)
    } catch (error) {
      await discard()
      throw error
    }
  }
  await expect('waiting')
  if (network.routeLocalnet && network.link !== null)
    await writeFile(`/proc/sys/net/ipv4/conf/${network.link}/route_localnet`, '1')
  return {
    pid: child.pid ?? 0,
    groups,
    network,
    async mount(id) {
      child.stdin?.write(`${id}\n`)
      await expect('mounted')
    },
    go() {
      child.stdin?.end('go\n')
      child.stdout?.destroy()
      child.stderr?.destroy()
    },
    alive: () => child.exitCode === null && child.signalCode === null,
    discard,
  }
}

export interface Lines {
  /** Resolves when the launcher says this word; fails with its last words when it ends instead. */
  expect(word: string): Promise<void>
}

/** Reads what a script says, a word a line. The process does not keep this one alive. */
export function followLines(child: ChildProcess): Lines {
  let output = ''
  let complaint = ''
  let wake = (): void => {}
  let ended: string | undefined
  const end = (reason: string): void => {
    ended ??= reason
    wake()
  }
  // A launcher in store must not keep this process alive, but one that somebody waits for must.
  child.unref()
  const pipe = child.stdout instanceof Socket ? child.stdout : undefined
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if (stream instanceof Socket) stream.unref()
    stream?.on('error', () => {}) // The end of the process, below, tells.
  }
  child.stdout?.on('data', (data: Buffer) => {
    output += data.toString()
    wake()
  })
  child.stderr?.on('data', (data: Buffer) => {
    complaint = (complaint + data.toString()).slice(-4_000)
  })
  child.on('error', (error) => end(error.message))
  child.on('close', (code, signal) => end(`ended with ${signal ?? code}`))
  return {
    async expect(word) {
      pipe?.ref()
      try {
        while (!output.startsWith(`${word}\n`)) {
          if (ended !== undefined) throw new Error(`launcher ${ended}: ${complaint.trim() || 'no message'}`)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
        output = output.slice(word.length + 1)
      } finally {
        pipe?.unref()
      }
    },
  }
}
