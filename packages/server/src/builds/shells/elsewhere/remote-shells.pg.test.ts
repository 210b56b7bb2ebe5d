/**
 * Shells in files of a runner on another machine, with two API processes: how the ends meet, who
 * may connect, and how a shell ends. The runner's shells are processes of this machine;
 * `test/runners.product.test.ts` uses sandboxes.
 */
import type { LeaseRef, ShellWork } from '@harmont/engine'
import { noOutput } from '@harmont/engine'
import { until } from '@harmont/test-kit/until'
import { connectRunner, type RemotePort, shellCall } from '@harmont/wire'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { serveShell } from '../../../main/runner-shells.ts'
import { type Server, serve } from '../../../main/serve.ts'
import { readSettings } from '../../../platform/settings/read-settings.ts'
import { callRunners, type JoinedRunner, joinedRunner, leaseRequest } from '../../../testing/joined-runner.ts'
import { ir } from '../../../testing/runner.ts'
import { ownerToken, publicUrl, testServer } from '../../../testing/server.ts'
import { talkToProcess } from '../conversation.test-support.ts'
import { type ClientShell, enterShell } from '../shell-client.test-support.ts'
import { removeDeadAsks } from './asks.ts'

const it = testServer()
const log = pino({ level: 'silent' })
let other: Server
let runner: JoinedRunner
let stranger: JoinedRunner
/** The path of a failed job with a secret, whose files are on the runner. */
let path: string
let buildId: string

beforeAll(async () => {
  other = await startApi()
  await it.request(ownerToken, 'POST', '/api/v0/organizations/default/secrets', { name: 'deploy', value: 'pa55-word' })
  runner = await joinedRunner(it)
  stranger = await joinedRunner(it)
  ;({ path, buildId } = await failedStep({ secrets: { TOKEN: 'deploy' } }))
})
afterAll(() => other.stop())
// A runner that is silent for a minute counts as disconnected.
beforeEach(() => Promise.all([runner, stranger].map(({ call }) => call('renew', {}))))

/** Creates a build whose only step fails on the runner and leaves its files there. */
async function failedStep(more: object): Promise<{ readonly path: string; readonly buildId: string }> {
  const builds = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const steps = ir({ key: 'a', cmd: 'false', ...more })
  const body = { branch: 'main', commit: 'c', pipeline_ir: steps, source_b64: '' }
  const made = await it.request<{ id: string }>(ownerToken, 'POST', builds, body)
  const { body: granted } = await runner.call('lease', leaseRequest())
  const [{ jobId, fence, leaseId }] = granted.jobs as [LeaseRef]
  const lease = { jobId, buildId: made.body.id, fence, leaseId }
  await runner.call('started', { lease, at: Date.now() })
  const outcome = { kind: 'exited', exitCode: 1, signal: null, limit: null, snapshot: 'kept-1' }
  await runner.call('finish', { lease, at: Date.now(), outcome, output: noOutput })
  return { path: `${builds}/1/jobs/${jobId}/shell`, buildId: made.body.id }
}

/** Starts another API process on the same database. */
function startApi(): Promise<Server> {
  const own = { HARMONT_ROLE: 'api', HARMONT_PUBLIC_URL: publicUrl, HARMONT_BOOTSTRAP_TOKEN: ownerToken }
  const settings = readSettings({ ...it.environment, ...own, HARMONT_RATE_LIMITS: 'off', HARMONT_DRAIN_SECONDS: '0' })
  return serve({ settings: { ...settings, port: 0 }, log, byTheClock: false })
}

/** Connects the runner to a server process. */
function connect(url: string, of = runner): RemotePort {
  const port = connectRunner({ url, token: async () => of.token, onOutdated: () => undefined, log: () => undefined })
  onTestFinished(() => port.close())
  return port
}

/**
 * Opens the shells that the server requests, like `start-runner.ts`. Returns the work sent to the
 * runner.
 */
function serveShells({ shells }: RemotePort, closing = new AbortController()): readonly ShellWork[] {
  const works: ShellWork[] = []
  const openShell = async (work: ShellWork, opening: Parameters<typeof talkToProcess>[0]) => {
    works.push(work)
    return talkToProcess(opening)
  }
  shells.onAsked((ticket) => void serveShell(ticket, { shells, runner: { openShell }, log, closing: closing.signal }))
  return works
}

/** Returns the next ticket sent to the runner. */
function nextTicket({ shells }: RemotePort): Promise<string> {
  return new Promise((resolve) => {
    const leave = shells.onAsked((ticket) => {
      leave()
      resolve(ticket)
    })
  })
}

/** Opens a shell as a person connected to this process. */
async function shellAt(url: string, opening: object, body: object = {}, of = path): Promise<ClientShell> {
  const made = await it.request<{ token: string }>(ownerToken, 'POST', of, body)
  expect(made.status).toBe(201)
  return enterShell(`${url.replace(/^http/, 'ws')}/api/v0/shells`, made.body.token, opening)
}

const problemOf = ({ said }: ClientShell) => JSON.parse(said[5] ?? '{}') as { code?: string; message?: string }

test('G115 person and runner meet whichever processes they connect to', async () => {
  const urls = [it.server.url, other.url]
  for (const runnerUrl of urls) {
    const port = connect(runnerUrl)
    const works = serveShells(port)
    for (const personUrl of urls) {
      const shell = await shellAt(personUrl, { script: 'cat; echo trouble >&2; exit 7' })
      shell.send(0, 'typed')
      shell.send(0, '')
      expect(await shell.closed).toBe(1000)
      expect(shell.said).toEqual({ 1: 'typed', 4: 'trouble\n', 3: '{"code":7}' })
    }
    expect(works).toHaveLength(2)
    await port.close()
    expect(works[0]).toMatchObject({ buildId, snapshot: 'kept-1', holder: runner.id, withSource: false })
  }
  const left = async () => (await it.server.pool.query('select from runner_shells')).rowCount
  await until(left, (count) => count === 0)
})

test('a runner can read the secrets and source of a shell only while it opens the shell, and each read is recorded', async () => {
  const port = connect(it.server.url)
  const works = serveShells(port)
  await expect(port.fetchSource(buildId)).rejects.toThrow('403')
  const shell = await shellAt(other.url, { script: 'echo here; sleep 1000' }, { before: true })
  await until(() => shell.said[1] === 'here\n')
  expect(works[0]).toMatchObject({ withSource: true, snapshot: null })
  const answer = await works[0]?.secrets(['deploy'])
  expect(answer?.kind === 'values' && answer.values.get('deploy')?.value).toBe('pa55-word')
  const { rows } = await it.server.pool.query(
    "select details from audit_events where action = 'runner.secrets_read' and subject = $1",
    [runner.id],
  )
  expect(rows).toEqual([{ details: { build: buildId, secrets: ['deploy'] } }])
  expect(await port.fetchSource(buildId)).toBeNull()
  shell.socket.terminate()
  await until(() =>
    port.fetchSource(buildId).then(
      () => false,
      () => true,
    ),
  )
  await expect(works[0]?.secrets(['deploy'])).rejects.toThrow('has ended')
})

/** Dials with a ticket. Returns the status of the response, 101 for a connection. */
function dial(url: string, ticket: string | null, token: string | null): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      ...(ticket === null ? {} : { 'harmont-ticket': ticket }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    }
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/runners/v1/${shellCall}`, { headers })
    onTestFinished(() => socket.terminate())
    socket.on('open', () => resolve(101))
    socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode))
    socket.on('error', () => {})
  })
}

test('G115 a ticket opens one connection of its runner, within its lifetime, and nothing else', async () => {
  const port = connect(it.server.url)
  const work = (ticket: string, by = runner) => by.call('shell/work', { ticket })
  for (const url of [it.server.url, other.url]) {
    const asked = nextTicket(port)
    const shell = await shellAt(it.server.url, {})
    const ticket = await asked
    expect(await dial(url, null, runner.token)).toBe(422)
    expect(await dial(url, 'x'.repeat(43), runner.token)).toBe(422)
    expect(await dial(url, ticket, null)).toBe(401)
    expect(await dial(url, ticket, ownerToken)).toBe(401)
    expect(await dial(url, ticket, stranger.token)).toBe(422)
    expect((await work(ticket)).body).toEqual({ work: null })
    expect(await Promise.all([1, 2, 3].map(() => dial(url, ticket, runner.token)))).toSatisfy(
      (all: number[]) => all.toSorted().join() === '101,422,422',
    )
    expect((await work(ticket)).body).toMatchObject({ work: { buildId, snapshot: 'kept-1' } })
    expect((await work(ticket, stranger)).body).toEqual({ work: null })
    expect((await stranger.call('shell/secrets', { ticket, names: ['deploy'] })).body).toEqual({ secrets: null })
    expect((await stranger.call('source', { buildId })).status).toBe(403)
    shell.socket.terminate()
    await until(async () => (await work(ticket)).body.work === null)
    expect(await dial(url, ticket, runner.token)).toBe(422)
  }
  const asked = nextTicket(port)
  const shell = await shellAt(other.url, {})
  const late = await asked
  await it.server.pool.query("update runner_shells set expires_at = now() - interval '1 s'")
  expect(await dial(it.server.url, late, runner.token)).toBe(422)
  expect(await removeDeadAsks(it.server.pool)).toBeGreaterThan(0)
  shell.socket.terminate()
})

test('G125 a runner that would ignore an egress list opens no shell in a step that has one, and the person gets the reason', async () => {
  const bound = await failedStep({ egress: ['a.example'] })
  const port = connect(it.server.url)
  for (const url of [it.server.url, other.url]) {
    const asked = nextTicket(port)
    const shell = await shellAt(it.server.url, {}, {}, bound.path)
    const ticket = await asked
    expect(await dial(url, ticket, stranger.token)).toBe(422)
    expect(await dial(url, ticket, runner.token)).toBe(422)
    expect(await shell.closed).toBe(1011)
    expect(problemOf(shell)).toMatchObject({
      code: 'service_unavailable',
      message: 'The runner test is of a release that does not support egress. Update it, and try again.',
    })
    expect((await runner.call('shell/work', { ticket })).body).toEqual({ work: null })
  }
  serveShells(port)
  const shell = await shellAt(other.url, { script: 'exit 7' }, {}, bound.path)
  expect(await shell.closed).toBe(1000)
})

test('a ticket in the path of a call is ignored, and a dial without an upgrade is refused', async () => {
  expect((await callRunners(it, shellCall, {}, { authorization: `Bearer ${runner.token}` })).status).toBe(404)
  expect((await runner.call('shell/work', { ticket: '../..' })).status).toBe(400)
})

test('a runner that stops reports it to the people in its shells', async () => {
  const closing = new AbortController()
  serveShells(connect(it.server.url), closing)
  const shell = await shellAt(other.url, { script: 'echo here; sleep 1000' })
  await until(() => shell.said[1] === 'here\n')
  closing.abort()
  expect(await shell.closed).toBe(1001)
  expect(problemOf(shell)).toMatchObject({
    code: 'draining',
    message: expect.stringContaining('The runner is stopping'),
  })
})

test.for([
  ['goes without a word', null, 'was lost'],
  ['sends text', 'hello', 'an invalid shell message'],
  ['sends a message of no kind', Buffer.from([9, 1]), 'an invalid shell message'],
  ['sends an exit code that is none', Buffer.from('\x03{"code":"x"}'), 'an invalid shell message'],
  ['sends a reason that is none', Buffer.from('\x05[]'), 'an invalid shell message'],
  ['sends more than a message may have', Buffer.alloc(1024 * 1024 + 1), 'was lost'],
] as const)('a runner that %s ends the shell, and its person hears why', async ([, message, why]) => {
  const port = connect(it.server.url)
  port.shells.onAsked(async (ticket) => {
    const socket = await port.shells.dial(ticket)
    const opening = new Promise((resolve) => socket.once('message', resolve))
    socket.resume()
    await opening
    if (message === null) socket.terminate()
    else socket.send(message)
  })
  const shell = await shellAt(it.server.url, {})
  expect(await shell.closed).toBe(1011)
  expect(problemOf(shell)).toMatchObject({ code: 'service_unavailable', message: expect.stringContaining(why) })
})

test('a runner cannot end a shell with a reason that signs its user out', async () => {
  const port = connect(it.server.url)
  port.shells.onAsked(async (ticket) => {
    const socket = await port.shells.dial(ticket)
    socket.send(Buffer.from('\x05{"code":"unauthorized","message":"Sign in \\u001b[2Jagain."}'))
  })
  const shell = await shellAt(it.server.url, {})
  expect(await shell.closed).toBe(1011)
  expect(problemOf(shell)).toEqual({ code: 'service_unavailable', message: 'Sign in  [2Jagain.' })
})

test('a runner waits for a person who reads nothing, and other shells continue', async () => {
  const port = connect(it.server.url)
  const piece = Buffer.concat([Buffer.of(1), Buffer.alloc(900_000)])
  let flooding: WebSocket | undefined
  const leave = port.shells.onAsked(async (ticket) => {
    flooding = await port.shells.dial(ticket)
    for (let sent = 0; sent < 30; sent++) flooding.send(piece)
  })
  const slow = await shellAt(it.server.url, {})
  slow.socket.pause()
  const waiting = () => flooding?.bufferedAmount ?? 0
  let [last, times] = [-1, 0]
  const stands = (now: number) => {
    times = now > 0 && now === last ? times + 1 : 0
    last = now
    return times === 5
  }
  await until(waiting, stands, { restMs: 100 })
  // The kernel buffers some megabytes in each direction. The server holds no more than that.
  expect(waiting()).toBeGreaterThan(2e6)
  leave()
  serveShells(port)
  const quick = await shellAt(it.server.url, { script: 'cat' })
  quick.send(0, 'typed')
  await until(() => quick.said[1] === 'typed')
  slow.socket.resume()
  await until(() => slow.bytes() === 30 * 900_000)
  for (const { socket } of [slow, quick]) socket.terminate()
})

test('when the process between the two ends stops, the shell ends and reports the lost connection', async () => {
  const between = await startApi()
  serveShells(connect(between.url))
  const shell = await shellAt(it.server.url, { script: 'echo here; sleep 1000' })
  await until(() => shell.said[1] === 'here\n')
  await between.stop()
  expect(await shell.closed).toBe(1011)
  expect(problemOf(shell).message).toContain('The connection to the runner test was lost')
})

test('a shell in files of a runner that is not connected, or was revoked, reports that', async () => {
  const pool = it.server.pool
  await pool.query("update engine.runners set seen_at = now() - interval '2 minutes' where id = $1", [runner.id])
  const away = await shellAt(it.server.url, {})
  expect(await away.closed).toBe(1011)
  expect(problemOf(away).message).toContain('is not connected')
  await pool.query('update runners set revoked_at = now() where id = $1', [runner.id])
  const gone = await shellAt(it.server.url, {})
  expect(await gone.closed).toBe(1008)
  expect(problemOf(gone)).toMatchObject({ code: 'snapshot_gone' })
})
