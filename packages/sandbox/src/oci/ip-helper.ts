import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** What comes after a caller's commands: a link that every machine has, and whose line in the answers is no error's. */
const last = 'link show dev lo'
const isLast = (line: string): boolean => line.startsWith('lo ')

interface Request {
  /** What went wrong so far. */
  readonly said: string[]
  resolve(): void
  reject(error: Error): void
}

/** Does what `ip` does in the machine's own network namespace: one process that stays, since starting one costs ten times what it does [2 ms]. Started when first needed and again when it was killed. */
export class IpHelper {
  #child: ChildProcess | undefined
  /** In the order in which they are answered. */
  #requests: Request[] = []

  /** Carries out commands of `ip`, a line each. Fails with what it said of those that failed; the others were carried out. */
  run(commands: string): Promise<void> {
    this.#child ??= this.#start()
    const child = this.#child
    return new Promise((resolve, reject) => {
      this.#requests.push({ said: [], resolve, reject })
      keepAlive(child, true)
      child.stdin?.write(`${commands}\n${last}\n`)
    })
  }

  close(): void {
    this.#child?.stdin?.end()
  }

  #start(): ChildProcess {
    // Its errors among its answers: that is how they are in order.
    const child = spawn('/bin/sh', ['-c', 'exec ip -force -brief -batch - 2>&1'], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    })
    child.unref()
    keepAlive(child, false)
    child.stdin?.on('error', () => {}) // The end of the process tells.
    if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => this.#hear(child, line))
    child.once('error', (error) => this.#ended(child, error))
    child.once('close', (code, signal) => this.#ended(child, new Error(`ip ended with ${signal ?? code}`)))
    return child
  }

  #hear(child: ChildProcess, line: string): void {
    const [request] = this.#requests
    if (request === undefined) return
    if (!isLast(line)) {
      request.said.push(line)
      return
    }
    this.#requests.shift()
    if (this.#requests.length === 0) keepAlive(child, false)
    if (request.said.length === 0) request.resolve()
    else request.reject(new Error(request.said.join('\n')))
  }

  #ended(child: ChildProcess, error: Error): void {
    if (this.#child !== child) return
    this.#child = undefined
    for (const { reject } of this.#requests.splice(0)) reject(error)
  }
}

/** Whether this process waits for the helper, or ends without it. */
function keepAlive(child: ChildProcess, wanted: boolean): void {
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) wanted ? stream.ref() : stream.unref()
}
