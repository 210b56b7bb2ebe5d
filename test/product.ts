/**
 * The whole product for a test: a real server process on an empty data directory, and a client of
 * its public contract.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { removeTree } from '@harmont/outside/remove-tree'
import { addWitness } from '@harmont/test-kit/file'
import { reservePort } from '@harmont/test-kit/port'
import type pg from 'pg'
import { quietPool } from '../packages/server/src/testing/quiet-pool.ts'
import { connect, type OrganizationClient } from './client.ts'

export { buildEnd, type Ended } from './client.ts'

import { machineExceptions } from '../scripts/machine-exceptions.ts'
import { repositoryRoot, type ServerProcess, startServerProcess } from '../scripts/server-process.ts'
import { showHostBase } from './host-base.ts'

export interface Product {
  readonly api: OrganizationClient
  readonly token: string
  readonly dataDirectory: string
  /** The server's database, to look into. */
  readonly pool: pg.Pool
  /**
   * Environment for the operator's commands of the same server: its data directory and database.
   */
  readonly commandEnv: Readonly<Record<string, string>>
  /** The running server; another one after `restart`. */
  server(): ServerProcess
  /** Starts a server on the same directory and port, after the last one has ended. */
  restart(): Promise<void>
  /** Stops the server and removes all that it kept. */
  remove(): Promise<void>
}

export interface ProductOptions {
  /**
   * Makes the server start a PostgreSQL of its own, as users have it. Outside Vitest there is no
   * other.
   */
  readonly ownPostgres?: boolean
}

export async function startProduct(
  env: Readonly<Record<string, string>> = {},
  { ownPostgres = process.env.VITEST === undefined }: ProductOptions = {},
): Promise<Product> {
  const created = mkdtempSync('/var/tmp/harmont-test-')
  const logFile = join(created, 'server.log')
  const dataDirectory = env.HARMONT_DATA_DIR ?? created
  await showHostBase(dataDirectory)
  const token = `test-${randomBytes(18).toString('base64url')}`
  const port = await reservePort()
  const place: Record<string, string> = { HARMONT_DATA_DIR: dataDirectory }
  if (!ownPostgres) place.HARMONT_DATABASE_URL = env.HARMONT_DATABASE_URL ?? (await databaseOfRun())
  const start = async () =>
    startServerProcess({
      port,
      logFile,
      env: {
        HARMONT_IMAGE_FALLBACK: 'host-any',
        ...(await machineExceptions()),
        ...compiledCode(),
        HARMONT_BOOTSTRAP_TOKEN: token,
        ...env,
        ...place,
      },
    })
  let current: ServerProcess
  try {
    current = await start()
  } catch (error) {
    removeTree(created)
    throw error
  }
  const { HARMONT_DATABASE_URL: url } = place
  const pool = quietPool(url === undefined ? embedded(dataDirectory) : { connectionString: url })
  addWitness(() => newestJobs(pool))
  addWitness(() => (existsSync(logFile) ? `The end of the server's log:\n${tail(logFile)}` : ''))
  return {
    api: connect(current.url, token, 'default'),
    token,
    dataDirectory: created,
    pool,
    commandEnv: { PATH: process.env.PATH ?? '', ...compiledCode(), ...place },
    server: () => current,
    async restart() {
      await current.exited
      current = await start()
    },
    async remove() {
      await pool.end()
      await current.stop()
      removeTree(created)
    },
  }
}

/**
 * Returns settings that share compiled code among servers with empty directories, which halves the
 * time of a start. Not for `bench/`.
 */
export function compiledCode(): Readonly<Record<string, string>> {
  if (process.env.VITEST === undefined) return {}
  return { NODE_COMPILE_CACHE: join(repositoryRoot, 'node_modules/.cache/harmont-compiled') }
}

/** Imported on demand: it needs the run's PostgreSQL of Vitest, which `bench/` does not have. */
async function databaseOfRun(): Promise<string> {
  const { migratedDatabase } = await import('../packages/server/src/testing/database.ts')
  return (await migratedDatabase()).url
}

/** Returns the PostgreSQL of a server with this data directory. */
function embedded(dataDirectory: string): pg.PoolConfig {
  return {
    host: join(dataDirectory, 'database', 'data'),
    user: 'harmont',
    database: 'postgres',
    password: async () => (await readFile(join(dataDirectory, 'secrets', 'database-password'), 'utf8')).trim(),
  }
}

async function newestJobs(pool: pg.Pool): Promise<string> {
  const text = `select step, attempt, state, exit_code, error_code, error_message, created_at, started_at, finished_at
    from engine.jobs order by created_at desc, step limit 20`
  try {
    const { rows } = await pool.query(text)
    return `The newest jobs:\n${rows.map((row) => JSON.stringify(row)).join('\n')}`
  } catch (error) {
    return `The newest jobs could not be read: ${String(error)}`
  }
}

/** Returns the end of a server's log without its answers to requests, which fill it. */
function tail(file: string): string {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines
    .filter((line) => !/"status":[23].*"msg":"answered"/.test(line))
    .join('\n')
    .slice(-4000)
}

/** Returns the environment of `hm` for this home and the product's token. */
export function hmEnv({ server, token }: Pick<Product, 'server' | 'token'>, home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    HM_CACHE_DIR: join(home, 'cache'),
    HM_API_URL: server().url,
    HM_API_TOKEN: token,
  }
}

/** Returns a folder as base64 of a gzip tar, as `source_b64` takes it. */
export function packFolder(folder: string): string {
  return execFileSync('tar', ['-C', folder, '-cz', '.'], { maxBuffer: 64 * 1024 * 1024 }).toString('base64')
}

/** Returns a flat-form IR with these steps. */
export function flatIr(steps: readonly Record<string, unknown>[], more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    version: '0',
    default_image: 'host',
    ...more,
    steps: steps.map((step) => ({ type: 'command', ...step })),
  })
}
