/**
 * A server in roles: one process answers, one does background work, and two runners, each with its
 * own data directory, its own key and no database, run the jobs.
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Collector, startCollector } from '@harmont/outside/collector'
import { afterFile } from '@harmont/test-kit/file'
import { reservePort } from '@harmont/test-kit/port'
import { touchInSandbox } from '@harmont/test-kit/touch-in-sandbox'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClientShell, enterShell } from '../packages/server/src/builds/shells/shell-client.test-support.ts'
import { createRunnerKey, revokeRunner } from '../packages/server/src/runners/index.ts'
import { repositoryRoot, type ServerProcess, startServerProcess } from '../scripts/server-process.ts'
import { readStream } from './log-stream.ts'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'
import { type RunnerProcess, runnerDirectory, startRunner, steppedClocks } from './runner-process.ts'
import { idTokens, printToken, verifiedIn } from './token-in-log.ts'

let product: Product
let runners: RunnerProcess[] = []
let scheduler: ServerProcess
let collector: Collector

/** The clock of each process is wrong in another way. */
const clocks = steppedClocks()

beforeAll(async () => {
  collector = await startCollector()
  const traces = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  product = await startProduct({ HARMONT_ROLE: 'api', ...traces, ...clocks.off(-1) })
  const logFile = join(product.dataDirectory, 'scheduler.log')
  const env = { ...product.commandEnv, HARMONT_ROLE: 'scheduler', ...traces, ...clocks.off(1) }
  scheduler = await startServerProcess({ port: await reservePort(), logFile, env })
  await product.api.ensurePipeline({ name: 'fleet', repository: 'local/fleet', default_branch: 'main' })
  const wish = { pool: 'default', labels: ['big'], organizations: null, getsSecrets: true, expiresAt: null }
  const { key } = await createRunnerKey(product.pool, { ...wish, uses: 2 })
  runners = await Promise.all([1, -1].map(async (hours) => start(await runnerDirectory(), { key, hours })))
})
afterAll(async () => {
  for (const { child } of runners) child.kill('SIGKILL')
  await scheduler?.stop()
  await product?.remove()
  await collector?.stop()
  clocks.remove()
})

interface Start {
  readonly key?: string
  readonly hours?: number
  readonly url?: string
}

/** Starts a runner with one slot. */
function start(directory: string, { key, hours = 0, url = product.server().url }: Start = {}) {
  const keyed: Readonly<Record<string, string>> = key === undefined ? {} : { HARMONT_RUNNER_KEY: key }
  return startRunner({ url, directory, environment: { ...keyed, ...clocks.off(hours) } })
}

/** Forwards requests to the server. After `speak`, they name another protocol version. */
async function versionProxy() {
  let version: string | undefined
  const proxy = createServer((from, to) => {
    const headers = { ...from.headers, ...(version !== undefined && { 'harmont-wire': version }) }
    const passed = request(product.server().url + from.url, { method: from.method, headers })
    passed.once('response', (answer) => {
      to.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(to)
    })
    passed.once('error', () => to.destroy())
    to.once('close', () => passed.destroy())
    from.pipe(passed)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  afterFile(() => {
    proxy.close()
    proxy.closeAllConnections()
  })
  const { port } = proxy.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    speak(wanted: string) {
      version = wanted
      // Polls that wait have named the old one.
      proxy.closeAllConnections()
    },
  }
}

async function submit(...steps: readonly Record<string, unknown>[]): Promise<number> {
  const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
  return (await product.api.createBuild('fleet', build)).number
}

/** Returns the runner of each step of a build, by key. */
async function runnersOf(number: number): Promise<ReadonlyMap<string, string | null>> {
  const jobs = await product.api.listJobs('fleet', number)
  const { rows } = await product.pool.query<{ id: string; runner: string | null }>(
    'select id, runner from engine.jobs where id = any($1::uuid[])',
    [jobs.map(({ id }) => id)],
  )
  const byId = new Map(rows.map(({ id, runner }) => [id, runner]))
  return new Map(jobs.map(({ step_key, id }) => [step_key ?? '', byId.get(id) ?? null]))
}

const endless = 'while true; do sleep 0.1; done'

test('G78 both runners take jobs of a build, and a cancel reaches both', async () => {
  const number = await submit({ key: 'a', cmd: endless }, { key: 'b', cmd: endless })
  const areRunning = (jobs: readonly { readonly state: string }[]) => jobs.every(({ state }) => state === 'running')
  await until(() => product.api.listJobs('fleet', number), areRunning)
  expect([...(await runnersOf(number)).values()].sort()).toEqual(runners.map(({ id }) => id).sort())
  await product.api.cancelBuild('fleet', number)
  const { build, jobs } = await buildEnd(product.api, 'fleet', number)
  expect([build.state, ...[...jobs.values()].map(({ state }) => state)]).toEqual(['canceled', 'canceled', 'canceled'])
})

test('G98 G116 G120 a step whose files another runner has runs elsewhere while that one is busy, and so does what builds in it', async () => {
  const name = `harmont-waits-${randomUUID()}`
  const number = await submit(
    { key: 'root', cmd: 'echo made > file; head -c 20000000 /dev/urandom > large; sha256sum large > sum' },
    { key: 'left', builds_in: 'root', cmd: `exec sh -c 'until [ -e /go ]; do sleep 0.05; done' ${name}` },
    { key: 'right', builds_in: 'root', cmd: 'cat file; echo more >> file; sha256sum --check sum; rm sum' },
    { key: 'last', builds_in: 'right', cmd: `cat file; ls; ${printToken}`, id_tokens: idTokens },
  )
  const jobs = () => product.api.listJobs('fleet', number)
  await until(jobs, (all) => all.some(({ step_key, state }) => step_key === 'last' && state === 'passed'))
  const ran = await runnersOf(number)
  touchInSandbox(name, '/go')
  const { build, jobs: ended } = await buildEnd(product.api, 'fleet', number)
  expect(build.state).toBe('passed')
  const [first, other] = [ran.get('root'), ran.get('right')]
  expect(other).not.toBe(first)
  expect([ran.get('left'), ran.get('last')]).toEqual([first, other])
  const logOf = (key: string) => product.api.readLog(ended.get(key)?.id ?? '')
  expect(await logOf('right')).toBe('made\nlarge: OK\n')
  const lastLog = await logOf('last')
  expect(lastLog).toMatch(/^made\nmore\nfile\nlarge\n/)
  // By the clock of the database: those of the server and of the runner are wrong.
  const { sub, step } = await verifiedIn(lastLog, product.server().url)
  expect([sub, step]).toEqual([expect.stringMatching(/:upload$/), 'last'])
  // The files arrived as an image, which is mounted.
  const taker = runners.find(({ id }) => id === other)
  expect(readdirSync(join(taker?.directory ?? '', 'sandboxes', 'mounts')).length).toBeGreaterThan(0)
  const job = await until(() => collector.spans.find(({ name: span }) => span === 'job last'))
  expect(job?.attributes['cicd.worker.id']).toBe(other)
  const phases = collector.spans.filter(({ parentId }) => parentId === job?.spanId)
  const inOrder = phases.toSorted((a, b) => a.from - b.from || a.to - b.to).map(({ name: phase }) => phase)
  expect(inOrder).toEqual(['queue', 'lease', 'fetch', 'sandbox', 'command', 'artifacts', 'snapshot'])
  expect(collector.faults).toEqual([])
})

/** Opens a shell where a job has ended. */
async function shellIn(number: number, job: string, opening: object, body: object = {}): Promise<ClientShell> {
  const { client, org } = product.api
  const { url, token } = await client.openShell({ org, pipeline: 'fleet', number, job_id: job, body })
  return enterShell(url, token, opening)
}

test('G115 a shell opens in the files of a step that failed elsewhere, as the command left and found them', async () => {
  const number = await submit(
    { key: 'a', cmd: 'echo kept > kept' },
    { key: 'b', builds_in: 'a', cmd: 'echo made > made; exit 3', env: { GREETING: 'hello' } },
  )
  const { jobs } = await buildEnd(product.api, 'fleet', number)
  const id = jobs.get('b')?.id ?? ''
  const look = await shellIn(number, id, { script: 'cat kept made; echo $GREETING >&2; exit 42' })
  expect(await look.closed).toBe(1000)
  expect(look.said).toEqual({ 1: 'kept\nmade\n', 4: 'hello\n', 3: '{"code":42}' })
  const before = await shellIn(number, id, { script: 'ls' }, { before: true })
  expect(await before.closed).toBe(1000)
  expect(before.said[1]).toBe('kept\n')
  const terminal = await shellIn(number, id, { cols: 91, rows: 37 })
  terminal.send(0, 'stty size\n')
  await until(
    () => terminal.said,
    (said) => said[1]?.includes('37 91') === true,
  )
  terminal.send(2, JSON.stringify({ cols: 120, rows: 40 }))
  terminal.send(0, 'until [ "$(stty size)" = "40 120" ]; do sleep 0.05; done; exit 5\n')
  expect(await terminal.closed).toBe(1000)
  expect(terminal.said[3]).toBe('{"code":5}')
})

test('G78 G02 G105 a runner is killed, and ends when it is outdated: its command goes on, and its next start follows it', async () => {
  const name = `harmont-waits-${randomUUID()}`
  const number = await submit({
    key: 'a',
    cmd: `exec sh -c 'echo before; until [ -e /go ]; do sleep 0.05; done; echo after' ${name}`,
  })
  const [job] = await until(
    () => product.api.listJobs('fleet', number),
    ([first]) => first?.state === 'running',
  )
  const reading = readStream(product, job?.id ?? '', { after: 0, signal: AbortSignal.timeout(120_000) })
  for await (const { bytes } of reading) if (String(bytes).includes('before')) break
  const holder = (await runnersOf(number)).get('a')
  const place = runners.findIndex(({ id }) => id === holder)
  const killed = runners[place]
  if (killed === undefined) throw new Error(`the runner ${holder} is none of the test's`)
  const exited = once(killed.child, 'exit')
  killed.child.kill('SIGKILL')
  await exited
  const proxy = await versionProxy()
  const outdated = await start(killed.directory, { url: proxy.url })
  expect(outdated.id).toBe(killed.id)
  // The server goes on to another protocol, and the runner's supervisor to another release.
  const ended = once(outdated.child, 'exit')
  proxy.speak('9')
  expect(await ended).toEqual([75, null])
  expect(outdated.output()).toContain('Upgrade the server first.')
  touchInSandbox(name, '/go')
  runners[place] = await start(killed.directory)
  const { build, jobs } = await buildEnd(product.api, 'fleet', number)
  expect([build.state, jobs.get('a')?.attempt]).toEqual(['passed', 1])
  expect(await product.api.readLog(job?.id ?? '')).toBe('before\nafter\n')
})

test('an API process and a scheduler need no keys beyond those that deploy/kubernetes makes', () => {
  const script = readFileSync(join(repositoryRoot, 'deploy/kubernetes/example/make-secrets.sh'), 'utf8')
  const made = /^for key in (.*); do$/m.exec(script)?.[1]?.split(' ')
  expect(readdirSync(join(product.dataDirectory, 'secrets')).sort()).toEqual(made)
})

test('the scheduler does what follows a build, and answers monitors only', async () => {
  const openTokens = async () => {
    const { rows } = await product.pool.query('select from build_records where runner_token_hash is not null')
    return rows.length
  }
  await until(openTokens, (count) => count === 0)
  expect((await fetch(`${scheduler.url}/healthz`)).status).toBe(200)
  // It ends no lease unless the other process says that it takes renewals.
  const text = "select from engine.renewals where seen_at > clock_timestamp() - interval '5 seconds'"
  await until(
    async () => (await product.pool.query(text)).rowCount,
    (count) => count === 1,
  )
  expect((await fetch(`${scheduler.url}/api/v0/auth/config`)).status).toBe(404)
})

test('G92 the server is killed: a command elsewhere goes on, and its log and its files are whole', async () => {
  const name = `harmont-waits-${randomUUID()}`
  const number = await submit({
    key: 'a',
    cmd: `head -c 20000000 /dev/urandom > big; exec sh -c 'i=0; until [ -e /go ]; do i=$((i+1)); echo $i; sleep 0.01; done; echo end' ${name}`,
    artifacts: [{ path: 'big' }],
  })
  const [job] = await until(
    () => product.api.listJobs('fleet', number),
    ([first]) => first?.state === 'running',
  )
  const id = job?.id ?? ''
  const lines = async () => (await product.api.readLog(id)).trimEnd().split('\n')
  const before = await until(lines, ({ length }) => length > 20)
  product.server().kill('SIGKILL')
  await product.restart()
  await until(lines, ({ length }) => length > before.length + 20)
  touchInSandbox(name, '/go')
  const { build, jobs } = await buildEnd(product.api, 'fleet', number)
  expect([build.state, jobs.get('a')?.attempt]).toEqual(['passed', 1])
  const all = await lines()
  expect(all).toEqual([...all.slice(0, -1).map((_, index) => String(index + 1)), 'end'])
  const { rows } = await product.pool.query('select sum(bytes)::int as bytes from engine.artifacts where job_id = $1', [
    id,
  ])
  expect(rows).toEqual([{ bytes: 20_000_000 }])
})

test('G64 though the clock of each process is an hour off, no lease has ended early', async () => {
  const { rows } = await product.pool.query('select from engine.jobs where lost > 0 or fence > 1')
  expect(rows).toEqual([])
})

test('G79 a revoked runner is refused at once and ends, and the other one goes on', async () => {
  const [revoked, other] = runners
  if (revoked === undefined || other === undefined) throw new Error('expected two runners')
  const exited = once(revoked.child, 'exit')
  await revokeRunner(product.pool, revoked.id)
  expect(await exited).toEqual([1, null])
  expect(revoked.output()).toContain('runner_revoked')
  const number = await submit({ key: 'a', cmd: 'true' }, { key: 'b', cmd: 'true' })
  expect((await buildEnd(product.api, 'fleet', number)).build.state).toBe('passed')
  expect(new Set((await runnersOf(number)).values())).toEqual(new Set([other.id]))
})
