/** Runs a process of the product on a host of a fleet, under a supervisor that restarts it. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, globSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { repositoryRoot, serverProgram } from '../../scripts/server-process.ts'
import type { Host } from './network.ts'

export type Role = 'api' | 'scheduler' | 'runner'

interface MemberOptions {
  readonly name: string
  readonly role: Role
  readonly host: Host
  readonly directory: string
  readonly logFile: string
  readonly env: Readonly<Record<string, string>>
}

const main = serverProgram
const readyLine = /^Harmont (serves|runs jobs of)/m
/** Time limit for events that never happen. */
const startMs = 120_000

export class Member {
  readonly name: string
  readonly role: Role
  readonly host: Host
  readonly directory: string
  /** Descriptions of unexpected ends of the process, each with the end of its log. */
  readonly crashes: string[] = []
  readonly #options: MemberOptions
  #child: ChildProcess | undefined
  #isEnding = false

  constructor(options: MemberOptions) {
    this.#options = options
    this.name = options.name
    this.role = options.role
    this.host = options.host
    this.directory = options.directory
  }

  /**
   * Starts the process, and again if it ends before it is ready, like a supervisor. Resolves when
   * it is ready. `more` overlays its environment for this start.
   */
  async start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#isEnding = false
    for (const deadline = Date.now() + startMs; ; await sleep(200)) {
      if (await this.#begin(more)) return
      if (this.#isEnding) return
      if (Date.now() > deadline) throw new Error(`${this.name} does not start:\n${this.lastWords()}`)
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Ends the process with a signal and waits for its end. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#isEnding = true
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGCONT')
    child.kill(signal)
    await ended
  }

  lastWords(characters = 1_500): string {
    const { logFile } = this.#options
    return existsSync(logFile) ? readFileSync(logFile, 'utf8').slice(-characters) : ''
  }

  /** Resolves with whether the process became ready. */
  #begin(more: Readonly<Record<string, string>>): Promise<boolean> {
    const { role, host, directory, logFile, env } = this.#options
    const child = host.spawn(process.execPath, [main, '--role', role], {
      env: { PATH: process.env.PATH ?? '', HARMONT_DATA_DIR: directory, ...env, ...more },
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    let said = ''
    return new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (text: string) => {
          appendFileSync(logFile, text)
          if (said === 'ready') return
          said += text
          if (!readyLine.test(said)) return
          said = 'ready'
          resolve(true)
        })
      child.once('exit', (code, signal) => {
        appendFileSync(logFile, `--- ended with ${code ?? signal}\n`)
        if (said === 'ready' && !this.#isEnding && this.#child === child) void this.#crashed(code ?? signal)
        resolve(false)
      })
    })
  }

  async #crashed(how: number | string | null): Promise<void> {
    this.crashes.push(`${this.name} ended with ${how}:\n${this.lastWords()}`)
    await this.start()
  }
}

/** Returns the environment that shifts the clock of a process by some hours. */
export function skewedClock(hours: number): Readonly<Record<string, string>> {
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')
  if (library === undefined) throw new Error('expected libfaketime: `npm run test:soak` installs it')
  return {
    LD_PRELOAD: library,
    FAKETIME: `${hours > 0 ? '+' : '-'}${Math.abs(hours)}h`,
    DONT_FAKE_MONOTONIC: '1',
  }
}
