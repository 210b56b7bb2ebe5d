/** Backs up a server with running builds, which continue in another data directory. */
import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { addWitness } from '@harmont/test-kit/file'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepOf } from '../packages/engine/src/index.ts'
import { reachRunning } from '../packages/server/src/platform/database/embedded/supervisor.ts'
import { quietPool } from '../packages/server/src/testing/quiet-pool.ts'
import { machineExceptions } from '../scripts/machine-exceptions.ts'
import { type ServerProcess, serverProgram, startServerProcess } from '../scripts/server-process.ts'
import { connect } from './client.ts'
import { showHostBase } from './host-base.ts'
import { buildEnd, compiledCode, flatIr, packFolder } from './product.ts'
import { ownAddress } from './torture/effects.ts'

const token = 'bootstrap-token-of-the-backup'
const member = { id: randomUUID(), token: 'a-key-of-the-member-of-the-backup' }
const secret = 'tok-7Hq2vLx9Zr4mWc8d-of-the-backup'
const pipelines = '/api/v0/organizations/default/pipelines'

/** A listener that steps wait for. */
const door = createServer((socket) => socket.end())
const host = ownAddress()
let doorPort: number
/** Shell text that succeeds once the listener `door` is open. */
let knock: string

let folder: string
let env: Record<string, string>
let port: number
let old: Machine
let other: Machine | undefined

/** A data directory with the server that runs on it. */
interface Machine {
  readonly directory: string
  readonly server: ServerProcess
  readonly api: ReturnType<typeof connect>
  readonly pool: pg.Pool
  /** Sends a request of the contract; returns the status and text of the response. */
  call(method: string, path: string, body?: unknown, as?: string): Promise<{ status: number; text: string }>
}

async function start(name: string): Promise<Machine> {
  const directory = join(folder, name)
  const logFile = join(folder, `${name}.log`)
  await showHostBase(directory)
  addWitness(() => (existsSync(logFile) ? `The end of ${logFile}:\n${readFileSync(logFile, 'utf8').slice(-3000)}` : ''))
  const server = await startServerProcess({
    port: name === 'old' ? port : await reservePort(),
    logFile,
    env: { ...env, HARMONT_DATA_DIR: directory },
  })
  const password = readFileSync(join(directory, 'secrets', 'database-password'), 'utf8').trim()
  const pool = quietPool({ ...reachRunning(join(directory, 'database'), password).connection, max: 3 })
  return {
    directory,
    server,
    pool,
    api: connect(server.url, token, 'default'),
    async call(method, path, body, as = token) {
      const response = await fetch(server.url + path, {
        method,
        headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: response.status, text: Buffer.from(await response.arrayBuffer()).toString('latin1') }
    },
  }
}

async function run(command: string, file: string, directory: string): Promise<void> {
  await promisify(execFile)(process.execPath, [serverProgram, command, file], {
    env: { ...env, HARMONT_DATA_DIR: directory },
  })
}

beforeAll(async () => {
  folder = mkdtempSync('/var/tmp/harmont-backup-')
  port = await reservePort()
  doorPort = await reservePort()
  knock = `bash -c ': <>/dev/tcp/${host}/${doorPort}' 2>/dev/null`
  env = {
    PATH: process.env.PATH ?? '',
    HARMONT_IMAGE_FALLBACK: 'host-any',
    ...(await machineExceptions()),
    ...compiledCode(),
    HARMONT_EGRESS_ALLOW: `${host}:${doorPort}`,
    HARMONT_BOOTSTRAP_TOKEN: token,
    HARMONT_RATE_LIMITS: 'off',
    HARMONT_LEASE_SECONDS: '10',
    HARMONT_DRAIN_SECONDS: '0',
    HARMONT_RUNNER_SLOTS: '4',
    // A second of a step costs some cents, so each step has a ledger entry.
    HARMONT_BILLING_RATES: 'vcpu=5000000,memory=0,disk=0',
  }
  old = await start('old')
})

afterAll(async () => {
  for (const machine of [old, other]) {
    if (machine === undefined) continue
    const { rows } = await machine.pool.query<{ number: number }>(
      'select number from build_records r join engine.builds b on b.id = r.id where b.finished_at is null',
    )
    for (const { number } of rows) await machine.api.cancelBuild('ci', number)
    for (const { number } of rows) await buildEnd(machine.api, 'ci', number)
    await machine.pool.end()
    await machine.server.stop()
  }
  door.close()
  rmSync(folder, { recursive: true, force: true })
})

/**
 * Creates a member with a key, a secret and an ended build with sources, a chain, a large log and a
 * failed step.
 */
async function fillOld(): Promise<void> {
  const { api, pool, call } = old
  await api.ensurePipeline({ name: 'ci', repository: 'local/ci', default_branch: 'main' })
  await pool.query("insert into users (id, email, name) values ($1, 'ada@example.com', 'Ada')", [member.id])
  await pool.query(
    "insert into memberships (organization_id, user_id, role) select id, $1, 'member' from organizations where slug = 'default'",
    [member.id],
  )
  await pool.query("insert into api_keys (id, user_id, description, token_hash) values ($1, $2, 'key', $3)", [
    randomUUID(),
    member.id,
    createHash('sha256').update(member.token).digest('hex'),
  ])
  expect((await call('POST', '/api/v0/organizations/default/secrets', { name: 'token', value: secret })).status).toBe(
    204,
  )
  const source = join(folder, 'source')
  mkdirSync(source)
  writeFileSync(join(source, 'hello.txt'), 'hello from the source\n')
  const steps = [
    {
      key: 'base',
      cmd: 'cat hello.txt; printf "\\377\\000\\001raw\\n"; echo kept > /kept',
      cache: { policy: 'forever', key: 'base-1' },
    },
    { key: 'much', builds_in: 'base', cmd: 'cat /kept; seq 1 400000' },
    { key: 'secret', builds_in: 'base', cmd: 'echo "is $TOKEN"; sleep 1', secrets: { TOKEN: 'token' } },
    { key: 'red', depends_on: ['base'], cmd: 'echo broken >&2; exit 3', soft_fail: true },
  ]
  await api.createBuild('ci', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr(steps),
    source_b64: packFolder(source),
  })
  expect((await buildEnd(api, 'ci', 1)).build.state).toBe('passed')
}

async function submit(machine: Machine, steps: readonly Record<string, unknown>[]): Promise<number> {
  const more = { branch: 'main', commit: '0'.repeat(40) }
  return (await machine.api.createBuild('ci', { ...more, pipeline_ir: flatIr(steps) })).number
}

/** Returns the downloaded logs of a build by job. */
async function logsOf({ api, call }: Machine, number: number): Promise<Record<string, string>> {
  const jobs = await api.listJobs('ci', number)
  const texts = jobs.map(async ({ id, name }) => [name, (await call('GET', `/v0/jobs/${id}/logs.txt?meta=1`)).text])
  return Object.fromEntries(await Promise.all(texts))
}

/** Returns the rows of a table, each as text. */
async function rowsOf({ pool }: Machine, table: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${table} t order by 1`)
  return rows.map(({ row }) => row)
}

/** Reads an event stream of builds up to the wanted event; throws if the stream ends before it. */
async function readEvents({ server }: Machine, wanted: RegExp, lastEventId?: string): Promise<string> {
  const response = await fetch(`${server.url}/api/v0/organizations/default/events?topics=builds`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: AbortSignal.timeout(120_000),
  })
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk)
    const [found] = wanted.exec(text) ?? []
    if (found !== undefined) return found
  }
  throw new Error(`the stream ended with ${text}`)
}

test('G54 a backup of a server with running builds is a working server in an empty directory', async () => {
  await fillOld()
  // One build has a step based on a file system on the old machine, the other does not.
  const cmd = `echo up; until ${knock}; do sleep 0.3; done; echo through`
  const chained = await submit(old, [
    { key: 'first', cmd: 'echo first' },
    { key: 'second', builds_in: 'first', cmd, timeout_seconds: 600 },
  ])
  const single = await submit(old, [{ key: 'only', cmd, timeout_seconds: 600 }])
  for (const number of [chained, single])
    await until(async () => Object.values(await logsOf(old, number)).some((log) => log.includes('up')))
  const place = (await readEvents(old, /^id: .+$/m)).slice('id: '.length)
  // Tables with rows that neither a start nor new builds change.
  const unchanging = [
    ...['users', 'memberships', 'organizations', 'secrets', 'engine.limits'],
    '(select id, slug, repository, default_branch from pipelines)',
    '(select id, user_id, token_hash, expires_at from api_keys)',
    '(select fingerprint from log_token_secrets)',
  ]
  const before = await Promise.all(unchanging.map((table) => rowsOf(old, table)))
  const ledger = await rowsOf(old, 'ledger_entries')
  expect(ledger.length).toBeGreaterThan(0)
  const logs = await logsOf(old, 1)

  // Builds are created and run while the backup is written.
  let isAdding = true
  const adding = (async () => {
    while (isAdding) await buildEnd(old.api, 'ci', await submit(old, [{ key: 'quick', cmd: 'echo quick' }]))
  })()
  const file = join(folder, 'backup.tar.zst')
  await run('backup', file, old.directory)
  isAdding = false
  await adding
  expect(statSync(file).mode & 0o777).toBe(0o600)

  await run('restore', file, join(folder, 'other'))
  door.listen(doorPort, host)
  other = await start('other')

  for (const [index, table] of unchanging.entries()) expect(await rowsOf(other, table), table).toEqual(before[index])
  expect(await rowsOf(other, 'ledger_entries')).toEqual(expect.arrayContaining([...ledger]))
  expect(await logsOf(other, 1)).toEqual(logs)
  expect(logs.much?.length).toBeGreaterThan(2_000_000)
  expect(logs.base).toContain('\u00ff\u0000\u0001raw')
  expect(logs.secret).toContain('is ***')
  expect((await other.call('GET', '/api/v0/organizations/default/members', undefined, member.token)).status).toBe(200)
  // A reader of the old server must resync, because its event id belongs to another database.
  await readEvents(other, /^event: resync$/m, place)
  const { rows: audited } = await other.pool.query<{ action: string }>(
    "select action from audit_events where action like 'server.%' order by created_at, action",
  )
  expect(audited.map(({ action }) => action)).toEqual(['server.backed_up', 'server.restored'])

  const { rows: newest } = await other.pool.query<{ number: number }>('select max(number) as number from build_records')
  const number = await submit(other, [
    { key: 'secret', cmd: `printf %s "$TOKEN" | sha256sum`, secrets: { TOKEN: 'token' } },
  ])
  expect(number).toBe((newest[0]?.number ?? 0) + 1)
  expect((await buildEnd(other.api, 'ci', number)).build.state).toBe('passed')
  const digest = createHash('sha256').update(secret).digest('hex')
  expect((await logsOf(other, number)).secret).toContain(digest)

  const rebuilt = await other.call('POST', `${pipelines}/ci/builds/1/rebuild`, {})
  expect(rebuilt.status).toBe(201)
  expect((await buildEnd(other.api, 'ci', number + 1)).build.state).toBe('passed')
  const again = await logsOf(other, number + 1)
  expect(again.base).toContain('hello from the source')
  // The cached step of the rebuild runs again, because the cache stayed on the old machine.
  expect(again.base).not.toContain('cache hit')

  expect((await buildEnd(other.api, 'ci', single)).build.state).toBe('passed')
  expect((await logsOf(other, single)).only).toMatch(/\nup\n.*was lost.*\nup\nthrough\n/s)
  // After the old runner has been silent long enough, steps that need its files run again.
  await other.pool.query(
    "update engine.runners set seen_at = 'epoch' where seen_at = (select min(seen_at) from engine.runners)",
  )
  expect((await buildEnd(other.api, 'ci', chained)).build.state).toBe('passed')
  expect((await logsOf(other, chained)).second).toMatch(/\nup\nthrough\n/)
  const attempts = await other.pool.query<{ key: string; attempt: number }>(
    `select ${stepOf('p', 'j')} ->> 'key' as key, max(j.attempt) as attempt
       from engine.jobs j join engine.plans p using (build_id) join build_records r on r.id = j.build_id
      where r.number = $1 group by key order by key`,
    [chained],
  )
  expect(attempts.rows).toMatchObject([{ key: 'first', attempt: 2 }, { key: 'second' }])
  for (let quick = single + 1; quick < number; quick += 1)
    expect((await buildEnd(other.api, 'ci', quick)).build.state, `#${quick}`).toBe('passed')
  // Waits until every job that ran is charged.
  const machine = other
  await until(
    () => rowsOf(machine, 'unmetered_jobs'),
    ({ length }) => length === 0,
  )
})
