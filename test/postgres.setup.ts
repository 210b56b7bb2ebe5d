/**
 * Starts the one PostgreSQL of a run for the projects whose tests need it, and removes it with its
 * files at the end.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Cluster } from '@harmont/test-kit/postgres'
import type { TestProject } from 'vitest/node'
import { findBinaries } from '../packages/server/src/platform/database/embedded/binaries.ts'
import { ensureCluster, superuser } from '../packages/server/src/platform/database/embedded/cluster.ts'
import { makeStage } from '../packages/server/src/platform/database/embedded/stage.ts'

/** Nothing here must survive a power cut, and all workers' servers connect at once. */
const settings = `
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
io_method = sync
autovacuum = off
jit = off
max_connections = 600
shared_buffers = 256MB
max_wal_size = 4GB
checkpoint_timeout = 1h
log_min_messages = log
listen_addresses = ''
unix_socket_directories = '.'
`

interface Running {
  readonly cluster: Cluster
  stop(): Promise<void>
}

let running: Promise<Running> | undefined
let users = 0

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  users += 1
  running ??= start()
  const { cluster, stop } = await running
  project.provide('postgres', cluster)
  return async () => {
    users -= 1
    if (users === 0) await stop()
  }
}

async function start(): Promise<Running> {
  const directory = await mkdtemp('/var/tmp/harmont-test-pg-')
  const state = join(directory, 'database')
  const stage = makeStage(await findBinaries(), state)
  await ensureCluster(stage, state, 'unused')
  await appendFile(join(state, 'data/postgresql.conf'), settings)
  await writeFile(join(state, 'data/pg_hba.conf'), 'local all all trust\n')
  const server = stage.spawn('postgres', ['-D', `${stage.state}/data`], { stdio: ['ignore', 'ignore', 'pipe'] })
  await isReady(server)
  return {
    cluster: { host: join(state, 'data'), user: superuser },
    async stop() {
      const ended = once(server, 'exit')
      const pid = Number((await readFile(join(state, 'data/postmaster.pid'), 'utf8')).split('\n')[0])
      // "Immediate", because nothing of it is kept.
      process.kill(pid, 'SIGQUIT')
      await ended
      await rm(directory, { recursive: true })
    },
  }
}

/**
 * Waits until PostgreSQL is ready. Throws its output when it ends before that. Reads its output to
 * the end.
 */
function isReady(server: ChildProcess): Promise<void> {
  const { stderr } = server
  if (stderr === null) throw new Error('PostgreSQL was started without a pipe')
  return new Promise((resolve, reject) => {
    let said = ''
    createInterface(stderr).on('line', (line) => {
      said = `${said}${line}\n`.slice(-4000)
      if (line.includes('ready to accept connections')) resolve()
    })
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said}`)))
  })
}
