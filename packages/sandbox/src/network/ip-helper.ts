import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** What comes after a caller's commands: a link that every machine has, and whose line in the answers is no error's. */
const last = 'link show dev lo'
const isLast = (line: string): boolean => line.startsWith('lo ')

/** `ip` keeps the number of each link that it was told of, for ever. A process that was told of so many ends, so that neither its memory nor its search grows with the age of a server. */
const askedOfOne = 1_000
/** How often commands are carried out again because the process was killed. */
const tries = 3

interface Request {
  readonly commands: string
  readonly triesLeft: number
  /** What went wrong so far. */
  readonly said: string[]
  resolve(): void
  reject(error: Error): void
}

interface Helper {
  readonly child: ChildProcess
  /** In the order in which they are answered. */
  readonly requests: Request[]
  asked: number
}

/** Does what `ip` does in the machine's own network namespace: one process that stays, since starting one costs ten times what it does [2 ms]. Started when first needed and again when it was killed. */
export class IpHelper {
  #helper: Helper | undefined

  /**
   * Carries out commands of `ip`, a line each, which may be carried out twice when the process is killed. Fails with what it said of those that failed; the others
   * were carried out. Name no link that had the name of another one before: `ip` would take it for that one.
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
    // It answers what it was asked, and ends.
    helper.child.stdin?.end()
    this.#helper = undefined
  }

  #start(): Helper {
    // Its errors among its answers: that is how they are in order.
    const child = spawn('/bin/sh', ['-c', 'exec ip -force -brief -batch - 2>&1'], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    })
    const helper: Helper = { child, requests: [], asked: 0 }
    child.unref()
    keepAlive(child, false)
    child.stdin?.on('error', () => {}) // The end of the process tells.
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

/** Whether this process waits for the helper, or ends without it. */
function keepAlive(child: ChildProcess, wanted: boolean): void {
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) wanted ? stream.ref() : stream.unref()
}
