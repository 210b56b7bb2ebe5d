/**
 * Each call ends correctly, and takes effect once, over a network that loses requests and
 * responses.
 */
import { buffer } from 'node:stream/consumers'
import { createMemoryStore, type LeasedJob, type MemoryStore, noOutput, type Outcome } from '@harmont/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RemotePort } from './connect/connect-runner.ts'
import { type Cut, type CuttingProxy, cuttingProxy } from './cutting-proxy.test-support.ts'
import {
  archiveBytes,
  archiveDigest,
  newBuild,
  plainContext,
  serveWire,
  stepsOf,
  type Wire,
} from './port-under-test.test-support.ts'

const passed: Outcome = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null }
const signal = new AbortController().signal
const runner = 'r'

let store: MemoryStore
let wire: Wire
let proxy: CuttingProxy
let port: RemotePort
/** The fates of a call's next requests. */
let cuts: Cut[] = []
let cutCall = ''

beforeEach(async () => {
  store = createMemoryStore()
  cuts = []
  wire = await serveWire(store, {
    async through(url) {
      proxy = await cuttingProxy(
        () => url,
        (call) => (call === cutCall ? (cuts.shift() ?? 'none') : 'none'),
      )
      return proxy.url
    },
  })
  port = wire.connect(runner, { settings: { tryMs: 200, stallMs: 200, pollMs: 300 } })
})
afterEach(async () => {
  await wire[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

function cut(call: string, ...list: Cut[]): void {
  cutCall = call
  cuts = list
}

function submit(steps = stepsOf(1), context = {}) {
  const created = newBuild(steps, store.now())
  store.builds.submit(created, { ...plainContext, ...context })
  return created.build.id
}

async function leaseOne(context = {}): Promise<LeasedJob> {
  submit(stepsOf(1), context)
  const [job] = await port.lease({ runner, slots: 1, waitMs: 100, signal })
  if (job === undefined) throw new Error('nothing to lease')
  return job
}

const chunk = (seq: number, text: string) => ({ seq, kind: 0, content: Buffer.from(text), ts: null }) as const
const textOf = async (id: string) => (await store.logs.read(id, 0, 1e6)).map(({ content }) => String(content)).join('')

describe.each(['before', 'after', 'stall', 'late', 'half'] as const)('when the first request ends with "%s"', (how) => {
  test('G92 work is granted once', async () => {
    submit(stepsOf(3))
    cut('lease', how)
    const [job, ...others] = await port.lease({ runner, slots: 1, waitMs: 100, signal })
    expect(others).toEqual([])
    expect(await store.leases.of(runner)).toMatchObject([{ jobId: job?.jobId, fence: 1 }])
    expect((await port.lease({ runner, slots: 3, waitMs: 100, signal })).length).toBe(2)
  })

  test('G92 a request that found no work takes no later work', async () => {
    cut('lease', how)
    expect(await port.lease({ runner, slots: 1, waitMs: 0, signal })).toEqual([])
    submit()
    // A late copy of the request arrives with this one.
    await port.renew(runner)
    expect(await store.leases.of(runner)).toEqual([])
  })

  test('G92 a report is made once, and its response received', async () => {
    const job = await leaseOne()
    cut('started', how)
    expect(await port.started(job, new Date())).not.toBeNull()
    cut('finish', how)
    expect(await port.finish(job, new Date(), passed, noOutput)).toBe(true)
    expect(await store.builds.jobs(job.buildId)).toMatchObject([{ state: 'passed', lost: 0 }])
  })

  test('G92 an append is neither lost nor repeated, and does not revert the log', async () => {
    const job = await leaseOne()
    cut('append', how)
    expect(await port.append(job, [chunk(1, 'a')], '1')).toBe(true)
    expect(await port.append(job, [chunk(2, 'b')], '2')).toBe(true)
    cut('append', how)
    expect(await port.append(job, [], '3')).toBe(true)
    expect(await port.append(job, [], '4')).toBe(true)
    expect(await textOf(job.jobId)).toBe('ab')
    expect(await store.leases.of(runner)).toMatchObject([{ lastSeq: 2, spoolPosition: '4' }])
  })

  test('the log of a service is opened once', async () => {
    const job = await leaseOne()
    cut('open-service-log', how)
    await port.openServiceLog(job, 'db', true)
    expect(await port.append({ ...job, service: 'db' }, [chunk(1, 'a')], '1')).toBe(true)
    expect(await port.openServiceLog(job, 'db', false)).toMatchObject({ lastSeq: 1, spoolPosition: '1' })
  })

  test('an archive arrives complete', async () => {
    const job = await leaseOne({ source: { kind: 'archive', sha256: archiveDigest, blob: 'b' } })
    cut('source/archive', how, how)
    const offer = await port.fetchSource(job.buildId)
    if (offer?.kind !== 'archive') throw new Error('expected an archive')
    expect((await buffer(await offer.open())).equals(archiveBytes)).toBe(true)
  })

  test('a cancel is received', async () => {
    const job = await leaseOne()
    cut('directives', how)
    const heard = new Promise((resolve) => port.onDirective(resolve))
    await store.builds.apply(job.buildId, [{ type: 'cancel', at: store.now() }])
    expect(await heard).toEqual({ jobId: job.jobId, fence: 1, stop: 'cancel' })
  })

  test('a part of an artifact is stored', async () => {
    const job = await leaseOne()
    cut('put-part', how)
    expect(await port.putPart(job, 'a'.repeat(64), Buffer.alloc(100_000))).toBe(true)
  })
})

test('an aborted request for work leaves no lease that its runner does not learn of', async () => {
  const stopping = new AbortController()
  cut('lease', 'after')
  const asked = port.lease({ runner, slots: 1, waitMs: 5_000, signal: stopping.signal })
  submit()
  // The grant is made, and its response is lost.
  while ((await store.leases.of(runner)).length === 0) await new Promise(setImmediate)
  stopping.abort()
  expect(await asked).toEqual([])
  const known = await store.leases.of(runner)
  expect(await port.lease({ runner, slots: 1, waitMs: 100, signal })).toMatchObject([
    { jobId: known[0]?.jobId, fence: 1 },
  ])
})

test('G92 another process of the server repeats a grant whose response was lost', async () => {
  await using other = await serveWire(store)
  const servers = [wire.url, other.url]
  await using between = await cuttingProxy(
    () => servers.shift() ?? other.url,
    () => (servers.length === 2 ? 'after' : 'none'),
  )
  submit(stepsOf(2))
  const through = wire.connect(runner, { url: between.url })
  const [job, ...more] = await through.lease({ runner, slots: 1, waitMs: 100, signal })
  expect(more).toEqual([])
  expect(await store.leases.of(runner)).toMatchObject([{ jobId: job?.jobId, fence: 1 }])
})

test('a server that stays unreachable makes a call fail, like an unavailable database', async () => {
  const job = await leaseOne()
  const short = wire.connect(runner, { settings: { wholeMs: 100 } })
  cut('started', ...Array<Cut>(100).fill('before'))
  await expect(short.started(job, new Date())).rejects.toThrow('could not reach')
  cuts = []
  expect(await short.started(job, new Date())).not.toBeNull()
})

test('the next process of a runner is not refused because of requests of the previous one', async () => {
  const job = await leaseOne()
  for (let seq = 1; seq <= 5; seq++) await port.append(job, [chunk(seq, 'x')], String(seq))
  const next = wire.connect(runner)
  expect(await next.append(job, [chunk(6, 'y')], '6')).toBe(true)
  expect(await textOf(job.jobId)).toBe('xxxxxy')
})

test('G92 a call is repeated while the database of the server is unavailable, and the server logs no fault of its own', async () => {
  const logged: string[] = []
  let away = 3
  await using broken = await serveWire(
    {
      ...store,
      leases: {
        ...store.leases,
        renew: async (...given) => {
          if (away-- > 0) throw new Error('connect ECONNREFUSED')
          return store.leases.renew(...given)
        },
      },
    },
    {
      translate: () => ({
        status: 503,
        code: 'service_unavailable',
        message: 'Away.',
        headers: { 'retry-after': '0' },
      }),
      log: (level, message) => void logged.push(`${level} ${message}`),
    },
  )
  expect(await broken.connect(runner).renew(runner)).toEqual([])
  expect(logged).toEqual(Array.from({ length: 3 }, () => 'warn could not answer /runners/v1/renew of a runner'))
})
