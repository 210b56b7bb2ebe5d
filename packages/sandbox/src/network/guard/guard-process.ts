import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findCgroupHome } from '../../cgroups/home.ts'
import { assignments } from '../../system/assignments.ts'
import { hasCode, readIfPresent, writeAtomically } from '../../system/files.ts'
import { helperEnvironment } from '../../system/machine.ts'
import { ToolFailed } from '../../system/tool-failed.ts'
import { linkNames, removeLink } from '../links.ts'
import type { NetworkSlot } from '../network-slot.ts'
import { type GuardConfig, guardFiles } from './policy.ts'

const isSource = import.meta.url.endsWith('.ts')
const script = fileURLToPath(new URL('guard.sh', import.meta.url))
// A bundle has it beside itself, as JavaScript.
const entry = fileURLToPath(new URL(isSource ? 'guard.ts' : 'egress-guard.js', import.meta.url))
/** Heap of the guard in MiB. Connections of a sandbox are limited, and hold little. */
const heap = 128

/** The process that runs guard.ts for a driver directory. It goes on when the driver ends. */
export class GuardProcess {
  readonly #directory: string
  readonly #config: GuardConfig
  readonly #slot: NetworkSlot
  #last: Promise<void> = Promise.resolve()

  /** @param slot its network; its link must be no sandbox's. */
  constructor(directory: string, config: GuardConfig, slot: NetworkSlot) {
    this.#directory = directory
    this.#config = config
    this.#slot = slot
  }

  /** Starts it unless it runs. Fails with `ToolFailed`. */
  ensure(): Promise<void> {
    return this.#inTurn(() => this.#replace())
  }

  /** Ends it, and waits until its link is gone. */
  stop(): Promise<void> {
    return this.#inTurn(() => stopGuard(this.#directory, this.#slot.link ?? ''))
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    // Its caller hears of a failure.
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
    const network = assignments({ inside, outside, link: link ?? '', local: routeLocalnet ? 'yes' : '' })
    writeFileSync(`${this.#directory}/network`, network)
    const home = findCgroupHome()
    const errors = openSync(log, 'w', 0o600)
    const node = [process.execPath, `--max-old-space-size=${heap}`, entry, this.#directory]
    const args = ['--net', '/bin/sh', script, `${process.pid}`, home?.flavour === 'v2' ? home.unified : '', ...node]
    const child = spawn('unshare', args, {
      detached: true,
      stdio: ['ignore', 'pipe', errors],
      cwd: this.#directory,
      env: helperEnvironment,
    })
    child.unref()
    try {
      // Rejects if it could not be started. Without descriptors it has no output either.
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
    if (!isReady)
      throw new ToolFailed('the guard of networks could not start', readIfPresent(log)?.trim().slice(-8_000) ?? '')
  }
}

/** Ends the guard of a directory, if one runs, and waits until its link is gone. */
export async function stopGuard(directory: string, link: string): Promise<void> {
  const pid = guardPid(directory)
  if (pid !== undefined) kill(pid)
  // The kernel removes it with the namespace, a while after the process, and another guard needs its name.
  for (let attempt = 0; attempt < 100 && linkNames().includes(link); attempt++) await sleep(10)
  await removeLink(link)
  rmSync(guardFiles(directory).pid, { force: true })
}

/** Returns the process id of the running guard of a directory. */
export function guardPid(directory: string): number | undefined {
  const pid = Number(readIfPresent(guardFiles(directory).pid))
  if (!(pid > 0)) return undefined
  // The id may have been reused.
  return commandOf(pid).includes(`${entry}\0${directory}\0`) ? pid : undefined
}

function commandOf(pid: number): string {
  try {
    return readIfPresent(`/proc/${pid}/cmdline`) ?? ''
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return ''
    throw error
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}
