import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { makeHelperGroup, processesOf, removeGroup } from '../../cgroups/cgroups.ts'
import { findCgroupHome } from '../../cgroups/home.ts'
import { assignments } from '../../system/assignments.ts'
import { readIfPresent, writeAtomically } from '../../system/files.ts'
import { helperEnvironment } from '../../system/machine.ts'
import { commandLine, killProcess } from '../../system/processes.ts'
import { ToolFailed } from '../../system/tool-failed.ts'
import { linkNames, removeLink } from '../links.ts'
import type { NetworkSlot } from '../network-slot.ts'
import { type GuardConfig, guardFiles } from './policy.ts'

const isSource = import.meta.url.endsWith('.ts')
const script = fileURLToPath(new URL('guard.sh', import.meta.url))
// In a bundle, the program is beside this file, as JavaScript.
const entry = fileURLToPath(new URL(isSource ? 'guard.ts' : 'egress-guard.js', import.meta.url))
/** Maximum heap size of the guard in MiB. */
const heap = 128
/**
 * Memory limit of the guard in bytes. Unread data is outside the heap: up to 128 MiB for a sandbox
 * with the maximum number of connections.
 */
export const memoryBytes = 1024 ** 3

/** The process that runs guard.ts for a driver directory. It keeps running when the driver ends. */
export class GuardProcess {
  readonly #directory: string
  readonly #config: GuardConfig
  readonly #slot: NetworkSlot
  readonly #group: string
  #last: Promise<void> = Promise.resolve()

  /**
   * @param slot the guard's network. No sandbox may have its link.
   * @param group name of the guard's control group.
   */
  constructor(directory: string, config: GuardConfig, slot: NetworkSlot, group: string) {
    this.#directory = directory
    this.#config = config
    this.#slot = slot
    this.#group = group
  }

  /** Starts the guard unless it is running. Fails with `ToolFailed`. */
  ensure(): Promise<void> {
    return this.#inTurn(() => this.#replace())
  }

  /** Ends the guard, and waits until its link is removed. */
  stop(): Promise<void> {
    return this.#inTurn(() => stopGuard(this.#directory, this.#slot.link ?? ''))
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    // The caller of `work` receives the error.
    this.#last = done.catch(() => {})
    return done
  }

  async #replace(): Promise<void> {
    const { config } = guardFiles(this.#directory)
    const wanted = JSON.stringify(this.#config)
    if (readIfPresent(config) === wanted && guardPid(this.#directory) !== undefined) return
    await stopGuard(this.#directory, this.#slot.link ?? '')
    const { names } = guardFiles(this.#directory)
    mkdirSync(names, { recursive: true, mode: 0o700 })
    chownSync(names, this.#config.userId, this.#config.userId)
    chmodSync(this.#directory, 0o711)
    writeAtomically(config, wanted, 0o644)
    await this.#start()
  }

  async #start(): Promise<void> {
    const { log } = guardFiles(this.#directory)
    const { inside, outside, link, routeLocalnet } = this.#slot
    const group = await this.#makeGroup()
    const network = { inside, outside, link: link ?? '', local: routeLocalnet ? 'yes' : '', group }
    writeFileSync(`${this.#directory}/network`, assignments(network))
    const errors = openSync(log, 'w', 0o600)
    const node = [process.execPath, `--max-old-space-size=${heap}`, entry, this.#directory]
    const args = ['--net', '/bin/sh', script, `${process.pid}`, ...node]
    const child = spawn('unshare', args, {
      detached: true,
      stdio: ['ignore', 'pipe', errors],
      cwd: this.#directory,
      env: helperEnvironment,
    })
    try {
      // Rejects if the process could not be started. Without descriptors, the process has no stdout
      // either.
      await once(child, 'spawn')
    } finally {
      closeSync(errors)
    }
    const { stdout } = child
    if (stdout === null) throw new Error('the guard has no output')
    const ended = once(child, 'exit').then(() => false)
    const lines = createInterface(stdout)
    const isReady = await Promise.race([once(lines, 'line').then(() => true), ended])
    lines.close()
    stdout.destroy()
    child.unref()
    if (!isReady)
      throw new ToolFailed('the network guard could not start', readIfPresent(log)?.trim().slice(-8_000) ?? '')
  }

  /**
   * Makes the guard's control group. Records it first, because another process may use other
   * control groups.
   */
  async #makeGroup(): Promise<string> {
    const home = findCgroupHome()
    if (home === undefined) throw new Error('the control groups of this machine have disappeared')
    writeAtomically(guardFiles(this.#directory).group, join(home.memory, this.#group))
    return makeHelperGroup(home, this.#group, memoryBytes)
  }
}

/** Ends the guard of a directory, if one is running, and waits until its link is removed. */
export async function stopGuard(directory: string, link: string): Promise<void> {
  const { pid: pidFile, group: groupFile } = guardFiles(directory)
  const pid = guardPid(directory)
  const group = readIfPresent(groupFile)
  // The group also contains a guard that was killed before it wrote its id.
  for (const each of [...(pid === undefined ? [] : [pid]), ...(group === undefined ? [] : await processesOf(group))])
    killProcess(each)
  // The kernel removes the link with the namespace, some time after the process has ended, and the
  // next guard needs the link's name.
  for (let attempt = 0; attempt < 100 && linkNames().includes(link); attempt++) await sleep(10)
  await removeLink(link)
  if (group !== undefined) await removeGroup(group)
  for (const file of [pidFile, groupFile]) rmSync(file, { force: true })
}

/** Returns the process id of a directory's running guard; undefined if none is running. */
export function guardPid(directory: string): number | undefined {
  const pid = Number(readIfPresent(guardFiles(directory).pid))
  if (!(pid > 0)) return undefined
  // The id may have been reused.
  return commandLine(pid).includes(`${entry}\0${directory}\0`) ? pid : undefined
}
