/** Forbidden actions of a runner, whatever it sends. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request as send } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  createLocalPort,
  createMemoryStore,
  type LeasedJob,
  type MemoryStore,
  noOutput,
  type Outcome,
} from '@harmont/engine'
import { until } from '@harmont/test-kit/until'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeFrame } from './frames.ts'
import {
  archiveDigest,
  newBuild,
  plainContext,
  serveWire,
  stepsOf,
  surroundings,
  type Wire,
} from './port-under-test.test-support.ts'
import { wireVersion } from './protocol.ts'

const passed: Outcome = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null }
const signal = new AbortController().signal
let store: MemoryStore
let wire: Wire
beforeEach(async () => {
  store = createMemoryStore()
  wire = await serveWire(store)
})
afterEach(() => wire[Symbol.asyncDispose]())

/** Begins an append whose body does not arrive. */
async function begin(runner: string) {
  const { hostname, port } = new URL(wire.url)
  const socket = connect(Number(port), hostname)
  const head = [
    'POST /runners/v1/append HTTP/1.1',
    'host: x',
    `authorization: Bearer ${runner}`,
    `harmont-wire: ${wireVersion}`,
    'content-length: 250000',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\nx`)
  return socket
}

async function leaseOne(runner: string, context = {}): Promise<LeasedJob> {
  store.builds.submit(newBuild(stepsOf(1), store.now()), { ...plainContext, ...context })
  const [job] = await wire.connect(runner).lease({ runner, slots: 1, waitMs: 100, signal })
  if (job === undefined) throw new Error('nothing to lease')
  return job
}

/** Sends a handmade request. */
async function post(call: string, body: string | Buffer, headers: Record<string, string> = {}, url = wire.url) {
  const usual = {
    authorization: 'Bearer r',
    'harmont-wire': String(wireVersion),
    'content-length': String(body.length),
  }
  const sent = send(`${url}/runners/v1/${call}`, { method: 'POST', headers: { ...usual, ...headers } })
  sent.end(body)
  const [answer] = await once(sent, 'response')
  const given = await text(answer)
  return { status: answer.statusCode as number, code: JSON.parse(given).code as string, headers: answer.headers, given }
}

test('G93 a runner can do nothing with the job of another runner', async () => {
  const job = await leaseOne('r', { source: { kind: 'archive', sha256: archiveDigest, blob: 'b' } })
  const thief = wire.connect('thief')
  const at = new Date()
  expect(await thief.started(job, at)).toBeNull()
  expect(await thief.append(job, [{ seq: 1, kind: 0, content: Buffer.from('x'), ts: null }], '1')).toBe(false)
  expect(await thief.openServiceLog(job, 'db', true)).toBeNull()
  expect(await thief.services(job, at, [])).toBe(false)
  expect(await thief.commandEnded(job, at)).toBe(false)
  expect(await thief.substituted(job, at, 'x')).toBe(false)
  expect(await thief.lackingParts(job, { digests: [], bytes: 0 })).toBeNull()
  expect(await thief.putPart(job, 'a'.repeat(64), Buffer.from('x'))).toBe(false)
  expect(await thief.dealFiles(job, { files: 't', total: 1 }, [])).toBeNull()
  await expect(thief.fetchSecrets(job, ['one'])).rejects.toThrow('lost')
  await expect(thief.issueIdTokens(job)).rejects.toThrow('lost')
  await expect(thief.fetchSource(job.buildId)).rejects.toThrow('holds no job')
  expect(await thief.finish(job, at, passed, noOutput)).toBe(false)
  expect(await thief.rendered(job, at, { ok: true, ir: '{}' })).toBe(false)
  expect(await thief.renew('r')).toEqual([])
  expect(await thief.reclaim('r')).toEqual([])
  expect(await store.builds.jobs(job.buildId)).toMatchObject([{ state: 'assigned' }])
  expect((await store.logs.size(job.jobId)).lastSeq).toBe(0)
  const archive = JSON.stringify({ buildId: job.buildId, sha256: archiveDigest, from: 0 })
  expect(await post('source/archive', archive, { authorization: 'Bearer thief' })).toMatchObject({ status: 403 })
})

test('G93 a runner cannot read a build without holding a job of it, not even after its job has ended', async () => {
  const own = await leaseOne('r')
  const other = await leaseOne('other')
  const port = wire.connect('r')
  await expect(port.fetchSource(other.buildId)).rejects.toThrow('holds no job')
  // Its own lease does not give access to another build.
  await expect(port.fetchSecrets({ ...own, buildId: other.buildId }, ['one'])).rejects.toThrow('lost')
  await expect(port.issueIdTokens({ ...own, buildId: other.buildId })).rejects.toThrow('lost')
  await expect(port.issueIdTokens({ ...own, jobId: other.jobId })).rejects.toThrow('lost')
  expect(await port.dealFiles({ ...own, buildId: other.buildId }, { files: 't', total: 1 }, [])).toBeNull()
  expect(await port.fetchSource(own.buildId)).toBeNull()
  await port.started(own, new Date())
  await port.finish(own, new Date(), passed, noOutput)
  await expect(port.fetchSource(own.buildId)).rejects.toThrow('holds no job')
})

test('G93 a runner receives no directive of another', async () => {
  const [own, other] = [await leaseOne('r'), await leaseOne('other')]
  const heard: string[] = []
  const told = new Promise<void>((resolve) => {
    wire.connect('r').onDirective(({ jobId }) => {
      heard.push(jobId)
      resolve()
    })
  })
  for (const { buildId } of [other, own]) await store.builds.apply(buildId, [{ type: 'cancel', at: store.now() }])
  await told
  expect(heard).toEqual([own.jobId])
})

test('G93 an instant reported by a runner is between its lease and now', async () => {
  const before = store.now()
  const job = await leaseOne('r')
  const port = wire.connect('r')
  await port.started(job, new Date(1e9), [{ name: 'fetch', from: new Date(1e9), to: new Date(8e15) }])
  await port.finish(job, new Date(8e15), passed, noOutput)
  const [ended] = await store.builds.jobs(job.buildId)
  expect(ended?.phases[0]?.from).toBeGreaterThanOrEqual(before)
  expect(ended?.phases[0]?.to).toBeLessThanOrEqual(store.now())
  expect(ended?.startedAt).toBeGreaterThanOrEqual(before)
  expect(ended?.finishedAt).toBeLessThanOrEqual(store.now())
})

test('G01 G92 a grant whose response may be lost is repeated, unless the runner lists this very lease', async () => {
  const { jobId, fence, leaseId } = await leaseOne('r')
  const again = async (known: object, version = String(wireVersion)) => {
    const body = { id: randomUUID(), slots: 1, waitMs: 0, again: true, known: [known] }
    const headers = { 'harmont-wire': version, 'harmont-turn': `${randomUUID()}:1` }
    const { given } = await post('lease', JSON.stringify(body), headers)
    return (JSON.parse(given) as { readonly jobs: readonly LeasedJob[] }).jobs.length
  }
  expect(await again({ jobId, fence, leaseId })).toBe(0)
  // The database lost the lease that the runner lists, and reused its number.
  expect(await again({ jobId, fence, leaseId: randomUUID() })).toBe(1)
  expect(await again({ jobId, fence }, '1')).toBe(0)
  expect(await again({ jobId, fence: fence + 1 }, '1')).toBe(1)
})

test('G125 a runner that would ignore an egress list gets no step that has one', async () => {
  const made = newBuild(stepsOf(1, { egress: ['a.example'] }), store.now())
  store.builds.submit(made, plainContext)
  const body = { id: randomUUID(), slots: 1, waitMs: 0, again: false, known: [] }
  const { given } = await post('lease', JSON.stringify(body), { 'harmont-turn': `${randomUUID()}:1` })
  expect(JSON.parse(given)).toEqual({ jobs: [] })
  const [job] = (await store.builds.load(made.build.id))?.build.jobs ?? []
  expect(job).toMatchObject({ state: 'failed', errorCode: 'provision_failed' })
  expect(job?.errorMessage).toContain('of a release that does not know egress')
  store.builds.submit(newBuild(stepsOf(1, { egress: ['a.example'] }), store.now()), plainContext)
  const asked = { runner: 'r', slots: 1, waitMs: 100, signal }
  expect(await wire.connect('r').lease(asked)).toMatchObject([{ work: { step: { egress: ['a.example'] } } }])
})

const lease = { jobId: randomUUID(), buildId: randomUUID(), fence: 1, leaseId: randomUUID() }

test.each([
  ['no JSON', 'renew', '{'],
  ['a list', 'renew', '[]'],
  ['nothing', 'renew', ''],
  ['no lease', 'started', '{"at":1}'],
  ['an id that is none', 'started', JSON.stringify({ lease: { ...lease, jobId: "'; drop" }, at: 1 })],
  ['a fence that is no number', 'started', JSON.stringify({ lease: { ...lease, fence: '1' }, at: 1 })],
  ['no instant', 'started', JSON.stringify({ lease, at: -1 })],
  ['an outcome of no kind', 'finish', JSON.stringify({ lease, at: 1, outcome: { kind: 'x' }, output: noOutput })],
  ['a directory as a digest', 'lacking-parts', JSON.stringify({ lease, wanted: { digests: ['../x'], bytes: 1 } })],
  ['bytes that are no frame', 'append', 'x'.repeat(20)],
  ['a frame that is cut off', 'append', Buffer.concat(encodeFrame({}, [Buffer.alloc(9)])).subarray(0, -1)],
  ['a frame without chunks', 'append', Buffer.concat(encodeFrame({ lease, spoolPosition: '1', turn: 'a:1' }, []))],
  [
    'chunks that are longer than their frame',
    'append',
    Buffer.concat(
      encodeFrame({ lease, spoolPosition: '1', turn: 'a:1', chunks: [[1, 0, null, 5]] }, [Buffer.alloc(4)]),
    ),
  ],
  [
    'two parts',
    'put-part',
    Buffer.concat([...Array(2)].flatMap(() => encodeFrame({ lease, digest: 'a'.repeat(64) }, []))),
  ],
])('a body with %s is refused with a reason', async (_, call, body) => {
  const { status, code } = await post(call, body)
  expect([status, code]).toEqual([400, 'bad_request'])
})

test('the server does not fail, whatever the body', async () => {
  const calls = [
    'lease',
    'renew',
    'started',
    'finish',
    'append',
    'put-part',
    'secrets',
    'id-tokens',
    'deal',
    'source',
    'forks/end',
    'layers/peers',
    'layers/struck',
    'layers/placed',
  ]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...calls), fc.json({ maxDepth: 3 }), async (call, body) => {
      expect((await post(call, Buffer.from(body))).status).toBeLessThan(500)
    }),
    { numRuns: 60 },
  )
})

test('an unknown member is ignored', async () => {
  const { status } = await post('renew', '{"disk":{"free":1},"layers":[]}')
  expect(status).toBe(200)
  const job = await leaseOne('r')
  const { jobId, buildId, fence, leaseId } = job
  await wire.connect('r').started(job, new Date())
  const outcome = { ...passed, mood: 'good' }
  const body = {
    lease: { jobId, buildId, fence, leaseId, more: 1 },
    at: store.now(),
    outcome,
    output: { ...noOutput, more: [] },
  }
  expect(JSON.parse((await post('finish', JSON.stringify(body))).given)).toEqual({ held: true })
})

test('a refusal names the reason: token, version, method, name, length or size', async () => {
  expect(await post('renew', '{}', { authorization: '' })).toMatchObject({ status: 401, code: 'unauthorized' })
  for (const version of ['0', '3', 'x', ''])
    expect(await post('renew', '{}', { 'harmont-wire': version })).toMatchObject({
      status: 426,
      code: 'runner_version',
    })
  expect(await post('nothing', '{}')).toMatchObject({ status: 404, code: 'unknown_call' })
  expect(await post('constructor', '{}')).toMatchObject({ status: 404 })
  const sent = send(`${wire.url}/runners/v1/renew`, { headers: { 'harmont-wire': String(wireVersion) } }).end()
  const [got] = await once(sent, 'response')
  expect([got.statusCode, got.headers.allow]).toEqual([405, 'POST'])
  expect(await post('renew', '{}', { 'content-length': '2000000' })).toMatchObject({
    status: 413,
    code: 'body_too_large',
    headers: { connection: 'close' },
  })
})

test('bodies beyond the limit of a runner are refused until there is room, and nothing is refused forever', async () => {
  await wire[Symbol.asyncDispose]()
  wire = await serveWire(store, { settings: { runnerBytes: 300_000, togetherBytes: 500_000 } })
  const sockets = [await begin('r')]
  const refused = async (runner: string) =>
    (await post('append', Buffer.alloc(250_000), { authorization: `Bearer ${runner}` })).status
  while ((await refused('r')) !== 503);
  const busy = await post('append', Buffer.alloc(250_000))
  expect(busy.headers['retry-after']).toBe('1')
  expect(await refused('other')).toBe(400)
  sockets.push(await begin('other'))
  while ((await refused('third')) !== 503);
  for (const socket of sockets) socket.destroy()
  while ((await refused('r')) !== 400);
})

test('a body that arrives too slowly is abandoned', async () => {
  await wire[Symbol.asyncDispose]()
  wire = await serveWire(store, { settings: { bodyMs: 50 } })
  const socket = await begin('r')
  await once(socket, 'close')
})

test('a closing server ends waiting polls', async () => {
  const waiting = post('directives', JSON.stringify({ waitMs: 25_000, known: [] }))
  const asked = wire.connect('other').lease({ runner: 'other', slots: 1, waitMs: 25_000, signal })
  await until(() => wire.requests() === 2)
  wire.closePolls()
  expect(JSON.parse((await waiting).given)).toEqual({ directives: [] })
  expect(await asked).toEqual([])
})

test('a runner that does not read an archive is cut off, and costs no memory', async () => {
  let given = 0
  const closed = Promise.withResolvers<void>()
  const archive = async () =>
    Readable.from(
      (function* () {
        for (; given < 1_000; given++) yield Buffer.alloc(100_000)
      })(),
    ).once('close', closed.resolve)
  const sources = { offer: async () => ({ kind: 'archive', sha256: archiveDigest, open: archive }) as const }
  const port = createLocalPort({ ...surroundings(), sources, store, log: () => undefined })
  await wire[Symbol.asyncDispose]()
  wire = await serveWire(store, { portFor: () => port, settings: { stallMs: 100 } })
  const job = await leaseOne('r', { source: { kind: 'archive', sha256: archiveDigest, blob: 'b' } })
  const body = JSON.stringify({ buildId: job.buildId, sha256: archiveDigest, from: 0 })
  const headers = { authorization: 'Bearer r', 'harmont-wire': String(wireVersion), 'content-length': body.length }
  const sent = send(`${wire.url}/runners/v1/source/archive`, { method: 'POST', headers, agent: false })
  sent.end(body)
  const [answer] = await once(sent, 'response')
  answer.on('error', () => undefined)
  answer.pause()
  await closed.promise
  sent.destroy()
  expect(given).toBeLessThan(200)
})

test('an old runner is told to exit', async () => {
  const told = Promise.withResolvers<string>()
  await wire[Symbol.asyncDispose]()
  const { listen } = await import('./port-under-test.test-support.ts')
  const server = await listen((_, response) => {
    response.writeHead(426, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ code: 'runner_version', message: 'Upgrade the runner.' }))
  })
  const { connectRunner } = await import('./connect/connect-runner.ts')
  const port = connectRunner({
    url: server.url,
    token: async () => 'r',
    onOutdated: told.resolve,
    log: () => undefined,
  })
  await expect(port.renew('r')).rejects.toMatchObject({ code: 'runner_version' })
  expect(await told.promise).toBe('Upgrade the runner.')
  await port.close()
  await server.close()
  wire = await serveWire(store)
})
