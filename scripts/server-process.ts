/**
 * Starts the real server as a process, for the demo, the whole-product tests and the benchmarks.
 */
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..')
/** The program that starts the server, or runs an operator's command. */
export const serverProgram = join(repositoryRoot, 'packages/server/bin/harmont.js')
/** The first start makes the base image, which takes more than a minute on a busy machine. */
const startTimeoutMs = 180_000

export interface ServerProcess {
  readonly url: string
  readonly pid: number
  /** Resolves with the exit code, or null if a signal ended the process. */
  readonly exited: Promise<number | null>
  kill(signal: NodeJS.Signals): void
  /** Lets the server drain and waits for its end. */
  stop(): Promise<void>
}

export interface ServerOptions {
  readonly port: number
  readonly logFile: string
  /** Variables that override the environment of this process. */
  readonly env: Readonly<Record<string, string>>
  /** Whether Ctrl-C in the terminal does not reach the server, because the caller stops it. */
  readonly sparedByTerminal?: boolean
}

/**
 * Starts the server and waits until it is ready. Throws if the server ends earlier, or is not
 * ready within three minutes.
 */
export async function startServerProcess({
  port,
  logFile,
  env,
  sparedByTerminal = false,
}: ServerOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, [serverProgram], {
    env: { ...process.env, ...env, PORT: String(port) },
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: sparedByTerminal,
  })
  const log = createWriteStream(logFile, { flags: 'a' })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  let lastWords = ''
  const hear = (bytes: Buffer) => {
    lastWords = `${lastWords}${bytes}`.slice(-4_000)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  let ended = false
  const exited = new Promise<number | null>((done) => {
    child.once('exit', (code) => {
      ended = true
      log.end()
      done(code)
    })
  })
  const url = `http://localhost:${port}`
  const deadline = Date.now() + startTimeoutMs
  await Promise.race([saysThatItServes(child.stdout), exited, sleep(startTimeoutMs, undefined, { ref: false })])
  for (;;) {
    if (ended)
      throw new Error(`the server ended (exit ${child.exitCode}) before it was ready; see ${logFile}:\n${lastWords}`)
    const answer = await fetch(`${url}/readyz`).catch(() => undefined) // not listening yet
    if (answer?.ok) break
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`the server is not ready after ${startTimeoutMs / 1000} s; see ${logFile}:\n${lastWords}`)
    }
    await sleep(20)
  }
  return {
    url,
    pid: child.pid ?? 0,
    exited,
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

/**
 * Resolves when a server prints that it is ready. Polling every 20 ms instead took 6% of a
 * processor during the start.
 */
export function saysThatItServes(stdout: Readable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let said = ''
  const hear = (bytes: Buffer) => {
    said += bytes
    if (!/^Harmont serves /m.test(said)) return
    stdout.off('data', hear)
    resolve()
  }
  stdout.on('data', hear)
  return promise
}

/** Returns the wanted port if it is free, otherwise any free port. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && wanted !== 0) resolve(freePort())
      else reject(error)
    })
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : wanted
      probe.close(() => resolve(port))
    })
  })
}
