import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { until } from '@harmont/test-kit/until'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { isAlive, runningPostmaster, stopPostmaster } from './postmaster.ts'
import { startEmbeddedPostgres } from './supervisor.ts'

const log = pino({ level: 'silent' })

async function folder(): Promise<string> {
  const path = await mkdtemp('/var/tmp/harmont-postgres-')
  const state = join(
    path,
    'a/folder/with/a/name/that/is/longer/than/the/path/of/a/unix/socket/may/be/by/some/characters/database',
  )
  onTestFinished(async () => {
    await stopPostmaster(state, 10_000)
    await rm(path, { recursive: true })
  })
  return state
}

/**
 * The database shared by all tests that do not need an absent one. Creating one takes as long as
 * the rest of a test.
 */
const shared = await mkdtemp('/var/tmp/harmont-postgres-')
const kept = join(shared, 'database')
afterAll(async () => {
  await stopPostmaster(kept, 10_000)
  await rm(shared, { recursive: true })
})

async function ask(connection: pg.ClientConfig, query: string): Promise<unknown> {
  const client = new pg.Client(connection)
  await client.connect()
  const { rows } = await client.query(query)
  await client.end()
  return Object.values(rows[0] ?? {})[0]
}

test('starts in an absent directory, durable, without network and without an account of its own', async () => {
  const state = await folder()
  const accounts = await readFile('/etc/passwd', 'utf8')
  const database = await startEmbeddedPostgres(state, 'a password', log)
  expect(
    await ask(database.connection, "select current_setting('fsync') || current_setting('synchronous_commit')"),
  ).toBe('onon')
  expect(await ask(database.connection, 'show listen_addresses')).toBe('')
  await expect(ask({ ...database.connection, password: 'another' }, 'select 1')).rejects.toThrow('password')
  const pid = await runningPostmaster(state)
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  if (process.getuid?.() === 0) expect(status).toMatch(/^Uid:\t60907\t60907\t60907\t60907$/m)
  if (process.getuid?.() === 0) expect(status).toMatch(/^CapBnd:\t0+$/m)
  expect(await readFile('/etc/passwd', 'utf8')).toBe(accounts)
  await database.stop()
  expect(await runningPostmaster(state)).toBeUndefined()
})

test.runIf(process.getuid?.() === 0)('works in a directory below the one that it covers for itself', async () => {
  const path = await mkdtemp('/mnt/harmont-postgres-')
  const state = join(path, 'database')
  onTestFinished(async () => {
    await stopPostmaster(state, 10_000)
    await rm(path, { recursive: true })
  })
  const database = await startEmbeddedPostgres(state, 'a password', log)
  expect(await ask(database.connection, 'select 42')).toBe(42)
  await database.stop()
})

test('G02 refuses a second server on its directory; restarts when it is killed, with everything committed', async () => {
  const database = await startEmbeddedPostgres(kept, 'a password', log)
  await expect(startEmbeddedPostgres(kept, 'a password', log)).rejects.toThrow(
    /^HARMONT_DATA_DIR: another Harmont server is already using \S+;/,
  )
  await ask(database.connection, 'create table kept as select 42 as answer')
  const pid = await runningPostmaster(kept)
  if (pid === undefined) throw new Error('it does not run')
  process.kill(pid, 'SIGKILL')
  await until(
    () => ask(database.connection, 'select answer from kept').catch(String),
    (answer) => answer === 42,
  )
  expect(await runningPostmaster(kept)).not.toBe(pid)
  await database.stop()
})

const starter = `
import { readFileSync } from 'node:fs'
import { pino } from 'pino'
const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('./supervisor.ts', import.meta.url).href)})
const { runningPostmaster } = await import(${JSON.stringify(new URL('./postmaster.ts', import.meta.url).href)})
const database = await startEmbeddedPostgres(process.argv[1], 'a password', pino({ level: 'silent' }))
const memory = readFileSync('/proc/' + (await runningPostmaster(process.argv[1])) + '/maps', 'utf8')
console.log(memory.includes('/dev/shm/') ? 'up, with memory in /dev/shm' : 'up')
if (process.argv[2] === 'stop') await database.stop()
else setInterval(() => {}, 1000)
`

test('G02 survives the SIGKILL of its server, and the next server adopts it', async () => {
  const server = spawn(process.execPath, ['--input-type=module', '-e', starter, kept], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(server.stdout, 'data')
  server.kill('SIGKILL')
  await once(server, 'exit')
  const pid = await runningPostmaster(kept)
  if (pid === undefined) throw new Error('it does not run')
  const taken = await startEmbeddedPostgres(kept, 'a password', log)
  expect(await runningPostmaster(kept)).toBe(pid)
  await taken.stop()
  expect(isAlive(pid)).toBe(false)
})

test.runIf(process.getuid?.() === 0)(
  'works for an ordinary user too, with shared memory that systemd does not remove at the last logout',
  async () => {
    const state = await folder()
    const home = join(state, '..')
    await mkdir(home, { recursive: true })
    for (let path = home; path !== '/var/tmp'; path = join(path, '..')) await chown(path, 65534, 65534)
    const server = spawn(process.execPath, ['--input-type=module', '-e', starter, state, 'stop'], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
      uid: 65534,
      gid: 65534,
    })
    const [said, [code]] = await Promise.all([text(server.stdout), once(server, 'exit')])
    expect([said, code]).toEqual(['up\n', 0])
  },
)
