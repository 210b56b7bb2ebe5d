/**
 * Tests the guarantees to the author of a build through the public API of a real server with real
 * sandboxes.
 */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { components } from '@harmont/contract'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEnd, type Ended, flatIr, type Product, packFolder, startProduct } from './product.ts'

type Schemas = components['schemas']

const strangersFolder = `/harmont-test-unknown-${randomUUID()}`
let product: Product

beforeAll(async () => {
  mkdirSync(strangersFolder, { recursive: true })
  writeFileSync(join(strangersFolder, 'secret'), 'not for jobs\n')
  // A second of two CPUs costs ten cents.
  product = await startProduct({ HARMONT_BILLING_RATES: 'vcpu=5000000,memory=0,disk=0' })
  await product.api.ensurePipeline({ name: 'promises', repository: 'local/promises', default_branch: 'main' })
})
afterAll(async () => {
  rmSync(strangersFolder, { recursive: true, force: true })
  await product?.remove()
})

async function submit(steps: readonly Record<string, unknown>[], source?: string): Promise<number> {
  const { number } = await product.api.createBuild('promises', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr(steps),
    ...(source === undefined ? {} : { source_b64: source }),
  })
  return number
}

const run = async (steps: readonly Record<string, unknown>[], source?: string) =>
  buildEnd(product.api, 'promises', await submit(steps, source))

/** Returns a step's output. */
const printed = ({ jobs }: Ended, key: string) => product.api.readLog(jobs.get(key)?.id ?? '')

async function ask<T>(token: string, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${product.server().url}/api/v0${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

async function facts(session: string) {
  const user = await ask<Schemas['CurrentUserResponse']>(session, 'GET', '/user')
  const sessions = await ask<Schemas['SessionListResponse']>(session, 'GET', '/user/sessions')
  const builds = await ask<Schemas['BuildList']>(session, 'GET', '/organizations/default/pipelines/kept/builds')
  const ledger = await ask<Schemas['TransactionList']>(session, 'GET', '/billing/transactions/default')
  const { balance_cents } = await ask<Schemas['BalanceResponse']>(session, 'GET', '/billing/balance/default')
  return {
    email: user.email,
    sessions: sessions.sessions.map(({ id, kind }) => [id, kind]),
    builds: builds.data,
    ledger: ledger.data,
    balance_cents,
  }
}

// This test runs first, because it compares the whole ledger.
test('sessions, builds and the ledger survive a restart', async () => {
  const { code } = await ask<Schemas['CliCodeResponse']>(product.token, 'POST', '/auth/cli/code')
  const { token: session } = await ask<Schemas['CliTokenResponse']>(product.token, 'POST', '/auth/cli/redeem', { code })
  await product.api.ensurePipeline({ name: 'kept', repository: 'local/kept', default_branch: 'main' })
  const { number } = await product.api.createBuild('kept', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr([{ key: 'a', cmd: 'sleep 1.2; echo kept' }]),
  })
  expect((await buildEnd(product.api, 'kept', number)).build.state).toBe('passed')
  const before = await until(
    () => facts(session),
    ({ balance_cents }) => balance_cents <= -10,
  )
  expect(before.sessions).toHaveLength(1)
  expect(before.ledger).toMatchObject([{ source: 'vm_lease_debit', job: { pipeline_slug: 'kept', number: 1 } }])
  await product.server().stop()
  await product.restart()
  expect(await facts(session)).toEqual(before)
  const [job] = await product.api.listJobs('kept', number)
  expect(await product.api.readLog(job?.id ?? '')).toBe('kept\n')
})

test('G02 a failover that loses stored output and its position loses no line: the command continues', async () => {
  const { pool } = product
  const number = await submit([{ key: 'tail', cmd: 'for line in $(seq 60); do echo "$line"; sleep 0.1; done' }])
  const position = async () => {
    const { rows } = await pool.query<{ job_id: string; last_seq: number; spool_position: string }>(
      `select l.job_id, l.last_seq, l.spool_position from engine.leases l
         join engine.jobs j on j.id = l.job_id join build_records r on r.id = j.build_id
        where r.number = $1 and l.last_seq > 0`,
      [number],
    )
    return rows[0]
  }
  const before = await until(position)
  if (before === undefined) throw new Error('the job has no lease')
  const { job_id, last_seq, spool_position } = before
  await until(async () => ((await position())?.last_seq ?? 0) > last_seq + 2)
  await pool.query(
    `with cut as (delete from engine.log_chunks where job_id = $1 and seq > $2)
       update engine.leases set last_seq = $2, spool_position = $3 where job_id = $1`,
    [job_id, last_seq, spool_position],
  )
  const ended = await buildEnd(product.api, 'promises', number)
  expect(ended.jobs.get('tail')).toMatchObject({ state: 'passed' })
  expect(await printed(ended, 'tail')).toBe(Array.from({ length: 60 }, (_, index) => `${index + 1}\n`).join(''))
})

test("G04 two children see their parent's files and not each other's changes; a step that only waits starts clean", async () => {
  const look = (own: string, other: string) =>
    `cat /root/from-parent && echo ${own} > /root/${own} && sleep 1 && ls /root && test ! -e /root/${other}`
  const ended = await run([
    { key: 'parent', cmd: 'echo hello > /root/from-parent' },
    { key: 'one', cmd: look('one', 'two'), builds_in: 'parent' },
    { key: 'two', cmd: look('two', 'one'), builds_in: 'parent' },
    { key: 'clean', cmd: 'test ! -e /root/from-parent', depends_on: ['parent'] },
  ])
  expect(ended.build.state).toBe('passed')
  expect(await printed(ended, 'one')).toBe('hello\nfrom-parent\none\n')
  expect(await printed(ended, 'two')).toBe('hello\nfrom-parent\ntwo\n')
})

test('G09 a second build reuses the cached step of the first and reports it', async () => {
  const steps = [
    { key: 'slow', cmd: 'date +%N > /root/made', cache: { policy: 'forever', key: 'a'.repeat(64) } },
    { key: 'user', cmd: 'cat /root/made', builds_in: 'slow' },
  ]
  const first = await run(steps)
  const second = await run(steps)
  expect(first.jobs.get('slow')?.cached).toBe(false)
  expect(second.jobs.get('slow')).toMatchObject({ state: 'passed', cached: true })
  expect(await printed(second, 'user')).toBe(await printed(first, 'user'))
  const remarks = await product.api.readLog(second.jobs.get('slow')?.id ?? '', { remarks: true })
  expect(remarks).toContain(`#${first.build.number}`)
})

/** Creates a small C project in its own folder; the times of its files can be set back. */
function project(files: Record<string, string>, age: Date): string {
  const folder = mkdtempSync('/var/tmp/harmont-project-')
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text)
    utimesSync(join(folder, name), age, age)
  }
  const packed = packFolder(folder)
  rmSync(folder, { recursive: true })
  return packed
}

const program = (text: string) => `#include <stdio.h>\nint main(void) { puts("${text}"); return 0; }\n`
const tools = {
  make: { files: { Makefile: 'main: main.c\n\tcc main.c -o main\n' }, command: 'make' },
  ninja: { files: { 'build.ninja': 'rule cc\n command = cc $in -o $out\nbuild main: cc main.c\n' }, command: 'ninja' },
}

test.for(Object.entries(tools))(
  'G27 %s rebuilds a changed source beside a cached build directory, whatever its age in the archive',
  async ([name, { files, command }]) => {
    const steps = [
      { key: 'warm', cmd: `${command} && ./main`, cache: { policy: 'forever', key: `${name}-warm` } },
      { key: 'build', cmd: `${command} && ./main`, builds_in: 'warm' },
    ]
    const first = await run(steps, project({ ...files, 'main.c': program('old') }, new Date('2020-01-01')))
    expect(await printed(first, 'build')).toMatch(/old\n$/)
    const second = await run(steps, project({ ...files, 'main.c': program('new') }, new Date('2001-01-01')))
    expect(second.jobs.get('warm')?.cached).toBe(true)
    expect(await printed(second, 'build')).toMatch(/new\n$/)
  },
)

test("G20 a job on the host base cannot read the machine's shadow file, unknown top-level folders or the data directory", async () => {
  const ended = await run([
    {
      key: 'look',
      cmd: [
        'ls -d /* | tr "\\n" " "',
        `for path in /etc/shadow /etc/gshadow ${strangersFolder}/secret ${product.dataDirectory} /root/.ssh /work /proc/1/root${product.dataDirectory}; do`,
        '  if [ -e "$path" ]; then echo "SEEN $path"; fi; done; true',
      ].join('\n'),
    },
  ])
  const seen = await printed(ended, 'look')
  expect(seen).toContain('/usr')
  expect(seen).not.toContain('SEEN')
  expect(seen).not.toContain(strangersFolder)
})

/** Returns processes of this machine whose command line contains the text. */
function processes(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(text)
    } catch (error) {
      // The process ended during the inspection.
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return false
      throw error
    }
  })
}

test('G06 G24 a cancellation ends a command that ignores SIGTERM, double-forks and leaves its session, and nothing remains', async () => {
  const mark = `987${process.pid}.5`
  const number = await submit([
    {
      key: 'stubborn',
      cmd: `trap '' TERM; (setsid sh -c "trap '' TERM; (sleep ${mark} &) ; sleep ${mark}" &) ; echo ready; while :; do sleep ${mark}; done`,
    },
    { key: 'after', cmd: 'true', depends_on: ['stubborn'] },
  ])
  await until(
    () => processes(mark).length,
    (count) => count >= 3,
  )
  expect((await product.api.cancelBuild('promises', number)).state).toBe('canceling')
  const ended = await buildEnd(product.api, 'promises', number)
  expect(ended.build.state).toBe('canceled')
  expect([...ended.jobs.values()].map((job) => job.state)).toEqual(['canceled', 'canceled'])
  expect(processes(mark)).toEqual([])
  const left = () => [
    ...readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(product.dataDirectory)),
    ...readdirSync(join(product.dataDirectory, 'sandboxes', 'sandboxes')),
  ]
  await until(left, ({ length }) => length === 0)
})

test('G07 cancelling an ended build changes nothing', async () => {
  const ended = await run([{ key: 'only', cmd: 'true' }])
  expect(await product.api.cancelBuild('promises', ended.build.number)).toEqual(ended.build)
})

test('a failure skips dependents, a soft failure does not, and a retry runs again from the parent', async () => {
  const ended = await run([
    { key: 'base', cmd: 'true' },
    { key: 'flaky', cmd: 'test "$HARMONT_ATTEMPT" = 2', builds_in: 'base', retry: { limit: 1 } },
    { key: 'soft', cmd: 'exit 75', soft_fail: [75] },
    { key: 'after-soft', cmd: 'true', depends_on: ['soft', 'flaky'] },
    { key: 'hard', cmd: 'kill -9 $$' },
    { key: 'after-hard', cmd: 'true', builds_in: 'hard' },
    { key: 'slow', cmd: 'sleep 60', timeout_seconds: 1, soft_fail: true },
  ])
  const facts = Object.fromEntries([...ended.jobs].map(([key, job]) => [key, [job.state, job.exit_code, job.attempt]]))
  expect(facts).toEqual({
    base: ['passed', 0, 1],
    flaky: ['passed', 0, 2],
    soft: ['failed', 75, 1],
    'after-soft': ['passed', 0, 1],
    hard: ['failed', 137, 1],
    'after-hard': ['skipped', null, 1],
    slow: ['timed_out', null, 1],
  })
  expect(ended.build.state).toBe('failed')
})

test('G57 the server’s loopback port is not in the connection table that steps share', () => {
  const network = join(product.dataDirectory, 'sandboxes', 'network.json')
  const { number } = JSON.parse(readFileSync(network, 'utf8')) as { readonly number: number }
  const rules = execFileSync('nft', ['list', 'table', 'inet', `harmont_${number}`], { encoding: 'utf8' })
  const { port } = new URL(product.server().url)
  expect(rules).toContain(`oifname "lo" tcp dport ${port} notrack`)
  expect(rules).toContain(`oifname "lo" tcp sport ${port} notrack`)
})
