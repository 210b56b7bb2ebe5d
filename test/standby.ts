/** Runs PostgreSQL with an asynchronous standby, which takes over without the last commits. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdtempSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { removeTree } from '@harmont/outside/remove-tree'
import { until } from '@harmont/test-kit/until'
import pg from 'pg'
import { findBinaries } from '../packages/server/src/platform/database/embedded/binaries.ts'
import { ensureCluster, superuser } from '../packages/server/src/platform/database/embedded/cluster.ts'
import {
  runningPostmaster,
  startPostmaster,
  stopPostmaster,
} from '../packages/server/src/platform/database/embedded/postmaster.ts'
import { makeStage } from '../packages/server/src/platform/database/embedded/stage.ts'

export interface Replicated {
  /** Connects to the current primary. */
  readonly connection: pg.ClientConfig
  /** Stops replication to the standby, which has all earlier commits. */
  cutOff(): Promise<void>
  /** Ends the primary like a power failure and promotes the standby. */
  failOver(): Promise<void>
  remove(): Promise<void>
}

/** Data must survive a kill of the processes but not of the machine, so `fsync` is off. */
const settings = `
fsync = off
full_page_writes = off
shared_buffers = 64MB
wal_receiver_status_interval = 1s
`

export async function startReplicated(): Promise<Replicated> {
  const folder = mkdtempSync('/var/tmp/harmont-standby-')
  // PostgreSQL's user must be able to traverse the folder.
  chmodSync(folder, 0o711)
  const [first, second, current] = ['first', 'second', 'current'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const native = await findBinaries()
  const begin = async (state: string) => {
    await startPostmaster(makeStage(native, state), state)
    // Until the server is ready, connections fail or report that it is starting up.
    await until(() => ask(state, 'select 1').catch(() => null), Boolean)
  }
  await ensureCluster(makeStage(native, first), first, 'unused')
  const own = join(first, 'data')
  appendFileSync(join(own, 'postgresql.conf'), settings)
  writeFileSync(join(own, 'pg_hba.conf'), 'local all all trust\nlocal replication all trust\n')
  // No server has started in the directory, so a copy can become a standby.
  execFileSync('cp', ['-a', first, second])
  writeFileSync(join(second, 'data/standby.signal'), '')
  appendFileSync(join(second, 'data/postgresql.conf'), `primary_conninfo = 'host=${own} user=${superuser}'\n`)
  await begin(first)
  await begin(second)
  symlinkSync('first', current)
  return {
    connection: { host: join(current, 'data'), user: superuser, database: 'postgres' },
    async cutOff() {
      const [newest] = await ask(first, 'select pg_current_wal_lsn()')
      await until(() => ask(second, `select pg_last_wal_replay_lsn() >= '${newest}'`), isTrue)
      await ask(second, "alter system set primary_conninfo = ''")
      await ask(second, 'select pg_reload_conf()')
      await until(() => ask(second, 'select count(*) = 0 from pg_stat_wal_receiver'), isTrue)
    },
    async failOver() {
      const pid = await runningPostmaster(first)
      if (pid === undefined) throw new Error('expected the primary')
      process.kill(pid, 'SIGKILL')
      await ask(second, 'select pg_promote(wait_seconds => 300)')
      unlinkSync(current)
      symlinkSync('second', current)
    },
    async remove() {
      for (const state of [first, second]) await stopPostmaster(state, 60_000)
      await removeTree(folder)
    },
  }
}

const isTrue = ([value]: readonly unknown[]) => value === true

/** Returns the first row of a query on the server in a directory. */
async function ask(state: string, text: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ host: join(state, 'data'), user: superuser, database: 'postgres' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' })
    return rows[0] ?? []
  } finally {
    await client.end()
  }
}
