/**
 * Starts the one PostgreSQL of a run for the projects whose tests need it, and removes it with its
 * files at the end.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { privilegeMode } from '@harmont/sandbox/privilege'
import type { Cluster } from '@harmont/test-kit/postgres'
import type { TestProject } from 'vitest/node'
import { type FileLock, lockFile } from '../packages/sandbox/src/system/file-lock.ts'
import { findBinaries } from '../packages/server/src/platform/database/embedded/binaries.ts'
import { ensureCluster, superuser } from '../packages/server/src/platform/database/embedded/cluster.ts'
import { stopPostmaster } from '../packages/server/src/platform/database/embedded/postmaster.ts'
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
max_wal_size = 1GB
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

/**
 * Place of the database in memory, used if root has room for it, because on ext4 the hundreds of
 * files of each new database take half of PostgreSQL's CPU time. For other users, systemd empties
 * the memory directory at their last logout.
 */
const inMemory = '/dev/shm'
const room = 4 * 1024 ** 3
const prefix = 'harmont-test-pg-'

interface Place {
  readonly directory: string
  /** Held as long as the run lives. */
  readonly lock: FileLock
}

/**
 * Locks the making and removal of directories. Otherwise another run could take this one's
 * directory for a leftover while its lock does not exist yet, or no longer.
 */
function gate(home: string): Promise<FileLock> {
  return lockFile(join(home, `harmont-test-pgs-${process.getuid?.()}.lock`))
}

async function makeDirectory(): Promise<Place> {
  const isInMemory = privilegeMode.kind === 'root' && (await freeBytes(inMemory)) > room
  const home = isInMemory ? inMemory : '/var/tmp'
  await using _ = await gate(home)
  if (isInMemory) await removeLeftovers()
  const directory = await mkdtemp(join(home, prefix))
  return { directory, lock: await lockFile(join(directory, 'lock')) }
}

async function removeDirectory({ directory, lock }: Place): Promise<void> {
  await using _ = await gate(dirname(directory))
  await rm(directory, { recursive: true })
  await lock[Symbol.asyncDispose]()
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory).catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize
}

/** Frees the memory of killed runs, whose locks ended with them. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(inMemory)) {
    if (!name.startsWith(prefix)) continue
    const directory = join(inMemory, name)
    await using lock = await lockFile(join(directory, 'lock'), { wait: false })
    if (lock === undefined) continue
    await stopPostmaster(join(directory, 'database'), 10_000)
    await rm(directory, { recursive: true })
  }
}

async function start(): Promise<Running> {
  const place = await makeDirectory()
  const state = join(place.directory, 'database')
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
      await removeDirectory(place)
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
