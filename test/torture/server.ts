/**
 * Runs the real server on its own directory. It can be killed at any time, also during its start.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, createWriteStream, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { addWitness, afterFile } from '@harmont/test-kit/file'
import { reservePort } from '@harmont/test-kit/port'
import type pg from 'pg'
import { reachRunning } from '../../packages/server/src/platform/database/embedded/supervisor.ts'
import { migratedDatabase } from '../../packages/server/src/testing/database.ts'
import { quietPool } from '../../packages/server/src/testing/quiet-pool.ts'
import { repositoryRoot, saysThatItServes, serverProgram } from '../../scripts/server-process.ts'
import { connect, type OrganizationClient } from '../client.ts'
import { showHostBase } from '../host-base.ts'
import { compiledCode } from '../product.ts'

export const token = 'torture-token-of-the-tests'
export const secret = 'tok-7Hq2vLx9Zr4mWc8d-of-the-torture'

export interface Life {
  readonly pid: number
  /** Resolves when the process has ended, in any way. */
  readonly ended: Promise<void>
  kill(signal: NodeJS.Signals): void
  /** Resolves with true once the server responds, or with false if it ends first. */
  ready(): Promise<boolean>
}

export interface TortureServer {
  readonly directory: string
  readonly api: OrganizationClient
  readonly url: string
  /** Starts the server again without waiting for it. */
  begin(): Life
  /** Starts the server and waits until it responds. */
  start(): Promise<Life>
  /** Connection pool for inspection of the database, which reconnects. */
  readonly pool: pg.Pool
  /** Returns the process id of PostgreSQL's main process. */
  postmaster(): number
  /** Removes all data after the server has stopped. */
  remove(): Promise<void>
}

/** Returns a database of this run for servers that share it or need no separate one. */
export async function sharedDatabase(): Promise<SharedDatabase> {
  const { url, connection } = await migratedDatabase()
  const pool = quietPool(connection)
  afterFile(() => pool.end())
  const blobs = mkdtempSync('/var/tmp/harmont-blobs-')
  afterFile(() => rmSync(blobs, { recursive: true }))
  return { pool, url, blobs }
}

interface SharedDatabase {
  readonly pool: pg.Pool
  readonly url: string
  /** Blob directory of all servers of the database. */
  readonly blobs: string
}

/** Time limit of a start; the first start creates the database. */
const startMs = 180_000

/** Runs the server from sources, because windows are lines of sources that built programs lack. */
const withWindows = {
  program: join(repositoryRoot, 'packages/server/src/main.ts'),
  options: `--import ${new URL('./die-in-window.ts', import.meta.url).pathname}`,
}

/**
 * `database` is an existing database with its address. Without it the server starts its own.
 * `windows` is the directory that controls `die-in-window.ts`.
 */
export async function tortureServer(
  env: Readonly<Record<string, string>>,
  database?: SharedDatabase,
  windows?: string,
): Promise<TortureServer> {
  const directory = mkdtempSync('/var/tmp/harmont-torture-')
  await showHostBase(directory)
  const port = await reservePort()
  const url = `http://127.0.0.1:${port}`
  const settings = {
    ...compiledCode(),
    PORT: String(port),
    HARMONT_DATA_DIR: directory,
    HARMONT_BOOTSTRAP_TOKEN: token,
    HARMONT_IMAGE_FALLBACK: 'host-any',
    HARMONT_RATE_LIMITS: 'off',
    HARMONT_RUNNER_SLOTS: '6',
    // A second of a step costs some cents, so each step has a ledger entry.
    HARMONT_BILLING_RATES: 'vcpu=5000000,memory=0,disk=0',
    ...(database !== undefined && { HARMONT_DATABASE_URL: database.url, HARMONT_BLOB_URL: `file:${database.blobs}` }),
    ...(windows !== undefined && { NODE_OPTIONS: withWindows.options, TORTURE_WINDOWS: windows }),
    ...env,
  }
  const program = windows === undefined ? serverProgram : withWindows.program
  addWitness(() => (existsSync(directory) ? `The end of the log of ${directory}:\n${lastWords(directory)}` : ''))
  const log = openSync(join(directory, 'server.log'), 'a')
  const children = new Set<ChildProcess>()
  const begin = (): Life => {
    const child = spawn(process.execPath, [program], {
      env: { PATH: process.env.PATH ?? '', ...settings },
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', log],
    })
    const { stdout } = child
    if (stdout === null) throw new Error('the server was started without a pipe')
    stdout.pipe(createWriteStream(join(directory, 'server.log'), { flags: 'a' }))
    const serving = saysThatItServes(stdout)
    children.add(child)
    const ended = once(child, 'exit').then(() => void children.delete(child))
    return {
      pid: child.pid ?? 0,
      ended,
      kill: (signal) => void child.kill(signal),
      async ready() {
        const deadline = Date.now() + startMs
        await Promise.race([serving, ended, sleep(startMs, undefined, { ref: false })])
        for (; Date.now() < deadline; await sleep(20)) {
          if (!children.has(child)) return false
          const answer = await fetch(`${url}/readyz`).catch(() => undefined) // not listening yet, or not any more
          if (answer?.ok) return true
        }
        throw new Error(`the server is not ready after ${startMs / 1000} s: ${lastWords(directory)}`)
      },
    }
  }
  const own = () => {
    const password = readFileSync(join(directory, 'secrets', 'database-password'), 'utf8').trim()
    return reachRunning(join(directory, 'database'), password).connection
  }
  let pool: pg.Pool | undefined
  return {
    directory,
    url,
    api: connect(url, token, 'default'),
    begin,
    async start() {
      const life = begin()
      if (!(await life.ready())) throw new Error(`the server ended before it was ready: ${lastWords(directory)}`)
      return life
    },
    get pool() {
      if (database !== undefined) return database.pool
      pool ??= quietPool({ ...own(), max: 4 })
      return pool
    },
    postmaster() {
      return Number(readFileSync(join(directory, 'database', 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
    },
    async remove() {
      await pool?.end()
      for (const child of children) {
        const ended = once(child, 'exit')
        child.kill('SIGCONT')
        child.kill('SIGTERM')
        await ended
      }
      closeSync(log)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function lastWords(directory: string): string {
  return readFileSync(join(directory, 'server.log'), 'utf8').slice(-2_000)
}

/** Sets the secret that steps use. */
export async function defineSecret({ url }: Pick<TortureServer, 'url'>): Promise<void> {
  const answer = await fetch(`${url}/api/v0/organizations/default/secrets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'token', value: secret }),
  })
  if (answer.status !== 204) throw new Error(`the secret was not taken: ${answer.status} ${await answer.text()}`)
}
