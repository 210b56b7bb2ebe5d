/** Runs PostgreSQL on a host of a fleet, and stops, kills and restarts it. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { until } from '@harmont/test-kit/until'
import { findBinaries } from '../../packages/server/src/platform/database/embedded/binaries.ts'
import { ensureCluster, superuser } from '../../packages/server/src/platform/database/embedded/cluster.ts'
import { makeStage, unprivilegedId } from '../../packages/server/src/platform/database/embedded/stage.ts'
import type { Host } from './network.ts'

export interface FleetDatabase {
  /** URL of the database for processes of the fleet. */
  readonly url: string
  /** Connection options for this process. */
  readonly connection: {
    readonly host: string
    readonly user: string
    readonly database: string
    readonly port?: number
  }
  /** Ends PostgreSQL: `fast` like an operator, `kill` like a power failure. */
  stop(how: 'fast' | 'kill'): Promise<void>
  /** Starts PostgreSQL and waits until it accepts connections. */
  start(): Promise<void>
  remove(): Promise<void>
}

/** Data must survive a kill of the processes but not of the machine, so `fsync` is off. */
const settings = `
fsync = off
full_page_writes = off
max_connections = 300
shared_buffers = 64MB
jit = off
log_min_messages = log
unix_socket_directories = '.'
`

const enterStage = fileURLToPath(
  new URL('../../packages/server/src/platform/database/embedded/enter-stage.sh', import.meta.url),
)

export async function startDatabase(host: Host, state: string): Promise<FleetDatabase> {
  const native = await findBinaries()
  const stage = makeStage(native, state)
  await ensureCluster(stage, state, 'unused')
  const data = join(state, 'data')
  appendFileSync(join(data, 'postgresql.conf'), `${settings}listen_addresses = '${host.address}'\n`)
  writeFileSync(join(data, 'pg_hba.conf'), 'local all all trust\nhost all all 10.77.0.0/24 trust\n')
  let running: ChildProcess | undefined
  const database: FleetDatabase = {
    url: `postgres://${superuser}@${host.address}/postgres`,
    connection: { host: data, user: superuser, database: 'postgres' },
    async stop(how) {
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
      const ended = once(running, 'exit')
      const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
      process.kill(pid, how === 'fast' ? 'SIGINT' : 'SIGKILL')
      await ended
    },
    async start() {
      // Retries, because after a kill the children hold the shared memory for a short time.
      await until(async () => {
        running = startIn(host, native, state)
        return isReady(running)
      })
    },
    async remove() {
      await database.stop('kill')
    },
  }
  await database.start()
  return database
}

function startIn(host: Host, native: string, state: string): ChildProcess {
  const inStage = ['--mount', '--propagation', 'slave', 'sh', enterStage, native, state, String(unprivilegedId)]
  return host.spawn('unshare', [...inStage, 'postgres', '-D', '/mnt/state/data'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/**
 * Resolves with true when the server accepts connections, or with false if it ends first. Reads its
 * stderr to the end.
 */
function isReady(server: ChildProcess): Promise<boolean> {
  const { stderr } = server
  if (stderr === null) throw new Error('PostgreSQL was started without a pipe')
  return new Promise((resolve) => {
    createInterface(stderr).on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve(true)
    })
    server.once('exit', () => resolve(false))
  })
}
