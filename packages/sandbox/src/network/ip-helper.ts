import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { helperEnvironment } from '../system/machine.ts'

/**
 * Follows each request, to mark its end. Every machine has this link, and the line about it in the
 * output is not an error.
 */
const last = 'link show dev lo'
const isLast = (line: string): boolean => line.startsWith('lo ')

/**
 * `ip` caches the number of every link that it has handled. The process is replaced after this many
 * requests, so that its memory and lookup time stay bounded.
 */
const askedOfOne = 1_000
/** How often a request is repeated because the process was killed. */
const tries = 3

interface Request {
  readonly commands: string
  readonly triesLeft: number
  /** Error output so far. */
  readonly said: string[]
  resolve(): void
  reject(error: Error): void
}

interface Helper {
  readonly child: ChildProcess
  /** Pending requests, in the order of their answers. */
  readonly requests: Request[]
  asked: number
}

/**
 * Runs `ip` commands in the machine's network namespace. Keeps one process running, because
 * starting one takes ten times as long as a command [2 ms]. The process is started on demand, and
 * restarted if it was killed.
 */
export class IpHelper {
  #helper: Helper | undefined

  /**
   * Runs commands of `ip`, one per line. They may run twice if the process is killed. Rejects with
   * the errors of the failed commands; the others were executed. The name of an earlier link must
   * never be reused, because `ip` would confuse the two.
   */
  run(commands: string): Promise<void> {
    return new Promise((resolve, reject) => this.#ask({ commands, triesLeft: tries, said: [], resolve, reject }))
  }

  close(): void {
    this.#helper?.child.stdin?.end()
  }

  #ask(request: Request): void {
    this.#helper ??= this.#start()
    const helper = this.#helper
    helper.requests.push(request)
    keepAlive(helper.child, true)
    helper.child.stdin?.write(`${request.commands}\n${last}\n`)
    if (++helper.asked < askedOfOne) return
    // The helper answers the pending requests and exits.
    helper.child.stdin?.end()
    this.#helper = undefined
  }

  #start(): Helper {
    // Merges errors into the output to keep them in order.
    const child = spawn('/bin/sh', ['-c', 'exec ip -force -brief -batch - 2>&1'], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: helperEnvironment,
    })
    const helper: Helper = { child, requests: [], asked: 0 }
    child.unref()
    keepAlive(child, false)
    child.stdin?.on('error', () => {}) // The process's end reports it.
    if (child.stdout) createInterface(child.stdout).on('line', (line) => this.#hear(helper, line))
    child.once('error', (error) => this.#ended(helper, error))
    child.once('close', (code, signal) => this.#ended(helper, new Error(`ip ended with ${signal ?? code}`)))
    return helper
  }

  #hear({ child, requests }: Helper, line: string): void {
    const [request] = requests
    if (request === undefined) return
    if (!isLast(line)) {
      request.said.push(line)
      return
    }
    requests.shift()
    if (requests.length === 0) keepAlive(child, false)
    if (request.said.length === 0) request.resolve()
    else request.reject(new Error(request.said.join('\n')))
  }

  #ended(helper: Helper, error: Error): void {
    if (this.#helper === helper) this.#helper = undefined
    for (const request of helper.requests.splice(0)) {
      const triesLeft = request.triesLeft - 1
      if (triesLeft === 0) request.reject(error)
      else this.#ask({ ...request, triesLeft, said: [] })
    }
  }
}

/** Sets whether this process waits for the helper before it exits. */
function keepAlive(child: ChildProcess, wanted: boolean): void {
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) wanted ? stream.ref() : stream.unref()
}
