/**
 * Tests which jobs go to runners without their files, and what happens when these files are lost.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { everything, type Reach } from '../../core/placement/reach.ts'
import type { LayerForm, LayerTraffic, TravellingLayer } from '../../layers/layer.ts'
import type { LayerObjects } from '../../layers/layer-objects.ts'
import { LocalLayers } from '../../layers/local-layers.ts'
import { goneMs, homeMs, type Lease } from '../../store.ts'
import { engineDatabase } from '../engine-database.test-support.ts'
import { PostgresStore } from '../postgres-store.ts'
import { rowsRead } from '../rows-read.test-support.ts'
import { createPlain, submitCreated } from '../submit-build.test-support.ts'
import { wantOfDrainingText } from './want-text.ts'

const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null } as const
const images: LayerTraffic = { forms: ['erofs', 'tar'], host: null }
const second = 1_000
const longMs = 60 * second

let config: Awaited<ReturnType<typeof engineDatabase>>
let pool: pg.Pool
let store: PostgresStore
let now = 1_700_000_000_000
let queue = ''

beforeAll(async () => {
  config = await engineDatabase()
  pool = new pg.Pool(config)
  store = await PostgresStore.open(config, { now: () => now })
})
afterAll(async () => {
  await store.close()
  await pool.end()
})
beforeEach(async () => {
  await pool.query('delete from engine.builds')
  await pool.query(
    'truncate engine.ready, engine.leases, engine.runners, engine.exports, engine.layers, engine.layer_places',
  )
  now += 10 * longMs
  queue = randomUUID()
})

const submit = (steps: Parameters<typeof createPlain>[0]) =>
  submitCreated(pool, store, createPlain(steps, { queue, at: now }))
const seen = async (...runners: (readonly [string, LayerTraffic?, Partial<Reach>?])[]) => {
  for (const [runner, traffic = images, reach = {}] of runners)
    await store.runners.seen(runner, { ...everything, ...reach }, now, { traffic })
}
const take = (runner: string, traffic?: LayerTraffic, reach: Partial<Reach> = {}, slots = 9) =>
  store.leases.take(runner, slots, now, { ...everything, ...reach }, traffic)
async function one(...wish: Parameters<typeof take>): Promise<Lease> {
  const [first, ...more] = await take(...wish)
  if (!first || more.length > 0) throw new Error(`expected one lease, got ${first ? 1 + more.length : 0}`)
  return first
}
async function end({ buildId, jobId: job, fence }: Lease, snapshot: string | null = randomUUID()): Promise<string> {
  await store.builds.apply(buildId, [
    { type: 'started', job, fence, at: now },
    { type: 'ended', job, fence, at: now, outcome: { ...passed, snapshot } },
  ])
  return snapshot ?? ''
}
const jobs = async (id: string) => (await store.builds.load(id))?.build.jobs ?? []
const states = async (id: string) => (await jobs(id)).map(({ state, attempt }) => `${state} ${attempt}`).join(', ')
const want = (runner: string, traffic = images, reach: Partial<Reach> = {}) =>
  store.layers.want({ runner, reach: { ...everything, ...reach }, traffic }, now)

function layerOf(
  snapshot: string,
  below: readonly string[] = [],
  more: Partial<TravellingLayer> = {},
): TravellingLayer {
  const digest = `sha256:${snapshot.replaceAll('-', '').padEnd(64, '0')}`
  return {
    id: snapshot,
    parent: below[0] ?? null,
    imageDigest: 'sha256:image',
    imageNames: [],
    layers: [snapshot, ...below],
    createdAt: new Date(now).toISOString(),
    meta: { cache: null, origin: {} },
    source: null,
    blob: { form: 'erofs', digest, blobBytes: 100, bytes: 200 },
    ...more,
  }
}
/** Plays the runner from which a snapshot is requested. */
async function give(runner: string, snapshot: string, layers = [layerOf(snapshot)], form: LayerForm = 'erofs') {
  const asked = await store.layers.asked(runner, { snapshot, form })
  if (asked === null) throw new Error(`the snapshot is not wanted from ${runner}`)
  for (const layer of layers) await store.layers.keep({ snapshot, form }, asked, layer, { giver: 'a', taint: [] })
}
/**
 * Creates a build whose first step has ended on the runner `a`, and whose other steps build in it.
 */
async function parentOnA(children = 1): Promise<{ readonly id: string; readonly snapshot: string }> {
  const id = await submit([{}, ...Array.from({ length: children }, () => ({ buildsIn: 0 }))])
  await seen(['a'], ['b'])
  return { id, snapshot: await end(await one('a', images)) }
}

test('G95 a step that starts from files goes to another runner only once the server has them', async () => {
  const { id, snapshot } = await parentOnA(3)
  expect(await take('b', images)).toEqual([])
  await want('b')
  expect(await store.layers.wantedOf('a')).toEqual([])
  expect(await store.leases.nextReadyAt(now)).toBe(now + homeMs)
  now += second
  await want('b')
  expect(await store.layers.wantedOf('a')).toEqual([{ snapshot, form: 'erofs' }])
  expect(await take('b', images)).toEqual([])
  expect(await store.leases.nextReadyAt(now)).toBe(now + 9 * second)
  expect(await store.leases.nextReadyAt()).toBeNull()
  const heard: string[] = []
  const ready = store.changes.onReady(() => heard.push('ready'))
  await give('a', snapshot)
  ready()
  expect(heard).toEqual(['ready'])
  expect(await store.layers.wantedOf('a')).toEqual([])
  // A runner of an earlier release, one of another pool, and one that accepts only archives.
  expect(await take('c')).toEqual([])
  expect(await take('c', images, { pool: 'gpu' })).toEqual([])
  expect(await take('c', { ...images, forms: ['tar'] })).toEqual([])
  expect((await one('b', images, {}, 1)).buildId).toBe(id)
  expect((await one('a', images, {}, 1)).buildId).toBe(id)
})

test('a process that hears of no runner has files sent ahead as well', async () => {
  const { snapshot } = await parentOnA(3)
  now += 2 * second
  await seen(['a'], ['b'])
  const scheduler = await PostgresStore.open(config, { now: () => now })
  await scheduler.layers.wantAhead(now)
  await scheduler.close()
  expect(await store.layers.wantedOf('a')).toEqual([{ snapshot, form: 'erofs', ahead: true }])
})

test('files that more jobs wait for than their runner takes are sent ahead, after requested files', async () => {
  for (const children of [3, 2]) await submit([{}, ...Array.from({ length: children }, () => ({ buildsIn: 0 }))])
  await seen(['a'], ['b'])
  const [snapshot = '', other = ''] = await Promise.all((await take('a', images)).map((lease) => end(lease)))
  await store.layers.wantAhead(now)
  expect(await store.layers.wantedOf('a')).toEqual([])
  now += 2 * second
  await seen(['a'], ['b'])
  await store.layers.wantAhead(now)
  const both = [snapshot, other].toSorted().map((id) => ({ snapshot: id, form: 'erofs', ahead: true }))
  expect(await store.layers.wantedOf('a')).toEqual(both)
  // A runner looks for work when the jobs of one build have not been ready for long.
  await pool.query("update engine.ready set ready_at = ready_at + interval '5 s' where files[1] = $1", [snapshot])
  await want('b')
  expect(await store.layers.wantedOf('a')).toEqual([
    { snapshot: other, form: 'erofs' },
    { snapshot, form: 'erofs', ahead: true },
  ])
  await give('a', snapshot)
  now += 6 * second
  expect(await take('b', images)).toHaveLength(3)
  // A stored layer is not requested again.
  await store.layers.wantAhead(now)
  expect(await store.layers.wantedOf('a')).toEqual([{ snapshot: other, form: 'erofs' }])
})

test.each([
  { what: 'no other runner is there', others: [] },
  { what: 'the other one is in another pool', others: [['b', images, { pool: 'gpu' }]] },
  { what: 'the other one has not the label', others: [['b', images, { labels: ['x'] }]] },
  { what: 'the other one takes no images', others: [['b', { ...images, forms: ['tar'] }]] },
  { what: 'the other one drains', others: [['b']], drains: true },
] as const)('no files leave their runner unasked when $what', async ({ others, ...more }) => {
  const { snapshot } = await parentOnA(3)
  await pool.query("delete from engine.runners where id = 'b'")
  await pool.query("update engine.ready set labels = array['y']")
  // A runner that serves other organizations.
  await seen(['a'], ['c', images, { queues: ['another'] }], ...others)
  if ('drains' in more) await store.runners.drain('b', now)
  now += 2 * second
  await store.layers.wantAhead(now)
  expect(await store.layers.wantedOf('a')).toEqual([])
  await seen(['a'], ['d'])
  await store.layers.wantAhead(now)
  expect(await store.layers.wantedOf('a')).toEqual([{ snapshot, form: 'erofs', ahead: true }])
})

test('the files of a job that their runner cannot take are requested at once, and then the job is reserved for nobody', async () => {
  const [cpu, gpu] = [{ labels: ['cpu'] }, { labels: ['gpu'] }]
  const runsOn = (label: string) => ({ runsOn: { pool: null, labels: [label] } })
  await submit([runsOn('cpu'), { buildsIn: 0, ...runsOn('cpu') }, { buildsIn: 0, ...runsOn('gpu') }])
  await seen(['a', images, cpu], ['b', images, gpu], ['c', images, cpu])
  const snapshot = await end(await one('a', images, cpu))
  // The other job could still be taken by the runner with the files.
  await want('c', images, cpu)
  expect(await store.layers.wantedOf('a')).toEqual([])
  await want('b', images, gpu)
  expect(await store.layers.wantedOf('a')).toEqual([{ snapshot, form: 'erofs' }])
  await give('a', snapshot, [layerOf(snapshot, [], { blob: { ...layerOf(snapshot).blob, blobBytes: 2_000_000_000 } })])
  expect(await take('c', images, cpu)).toEqual([])
  expect(await take('b', images, gpu)).toHaveLength(1)
})

test('a snapshot counts as stored only with all layers below it, in forms that its taker accepts', async () => {
  const { snapshot } = await parentOnA(2)
  now += second
  await want('b')
  const below = randomUUID()
  const own = layerOf(snapshot, [below])
  const asked = await store.layers.asked('a', { snapshot, form: 'erofs' })
  if (asked === null) throw new Error('it is not wanted')
  const wanted = { snapshot, form: 'erofs' } as const
  expect(await store.layers.lacking(wanted, asked, [below, snapshot])).toEqual([below, snapshot])
  await store.layers.keep(wanted, asked, own, { giver: 'a', taint: ['S'] })
  expect(await take('b', images)).toEqual([])
  expect(await store.layers.find(asked, snapshot, ['erofs', 'tar'])).toBeNull()
  const lower = layerOf(below)
  await store.layers.keep(
    wanted,
    asked,
    { ...lower, blob: { ...lower.blob, form: 'tar' } },
    { giver: 'a', taint: ['T'] },
  )
  expect(await store.layers.lacking(wanted, asked, [below, snapshot])).toEqual([])
  expect((await store.layers.find(asked, snapshot, ['erofs', 'tar']))?.layers.map(({ id }) => id)).toEqual([
    below,
    snapshot,
  ])
  expect((await store.layers.find(asked, snapshot, ['erofs', 'tar']))?.taint.toSorted()).toEqual(['S', 'T'])
  expect(await store.layers.find({ ...asked, queue: 'other' }, snapshot, ['erofs', 'tar'])).toBeNull()
  expect(await take('c', { ...images, forms: ['tar'] })).toEqual([])
  await expect(store.layers.keep(wanted, { ...asked, pool: 'gpu' }, own, { giver: 'a', taint: [] })).rejects.toThrow(
    'another organization',
  )
  expect(await take('b', images, {}, 1)).toHaveLength(1)
})

test('files on the base `host` go only to runners with the same base', async () => {
  const { snapshot } = await parentOnA()
  await seen(['a', { ...images, host: 'sha256:image' }])
  now += second
  await want('b')
  await give('a', snapshot)
  for (const host of [null, 'sha256:other']) expect(await take('b', { ...images, host })).toEqual([])
  expect(await take('b', { ...images, host: 'sha256:image' })).toHaveLength(1)
})

test('a runner that has fetched files counts as having them, and keeps them', async () => {
  const { snapshot } = await parentOnA(2)
  now += second
  await want('b')
  await give('a', snapshot, [layerOf(snapshot, [], { blob: { ...layerOf(snapshot).blob, blobBytes: 2_000_000_000 } })])
  // Because of their size, jobs wait for a runner that has them.
  expect(await take('b', images)).toEqual([])
  await store.layers.placed('b', snapshot, 4 * second)
  expect((await store.builds.liveSnapshots(now, 'b')).needed).toEqual(new Set([snapshot]))
  expect(await take('b', images, {}, 1)).toHaveLength(1)
  // The jobs open to others four seconds later, which is the time of a transfer at 500 MB/s.
  expect(await take('c', images)).toEqual([])
  now += 10 * second
  expect(await take('c', images)).toHaveLength(1)
})

test('G95 jobs that have been open to all for 10 s come first, then those with local files, then the rest', async () => {
  const { id } = await parentOnA()
  const other = await submit([{}, {}])
  const order = async () => (await take('a', images, {}, 1)).map(({ buildId }) => buildId)
  // The files of the later job are on this runner.
  await pool.query("update engine.ready set ready_at = ready_at - interval '9 s' where build_id = $1", [other])
  expect(await order()).toEqual([id])
  const { id: another } = await parentOnAWhile(other)
  await pool.query("update engine.ready set ready_at = ready_at - interval '1 s' where build_id = $1", [other])
  expect(await order()).toEqual([other])
  expect(await order()).toEqual([other])
  expect(await order()).toEqual([another])
})

/** Like `parentOnA`, with another build whose jobs stay ready. */
async function parentOnAWhile(waiting: string): Promise<{ readonly id: string }> {
  await pool.query("update engine.ready set gate = 'x' where build_id = $1", [waiting])
  const parent = await parentOnA()
  await pool.query('update engine.ready set gate = null where build_id = $1', [waiting])
  return parent
}

test('a job with files on two runners waits until one of them has the files of the other', async () => {
  const inputs = [{ from: 1, path: 'a', into: '', optional: true }]
  const id = await submit([{}, { buildsIn: 0 }, { buildsIn: 0, dependsOn: [1], inputs }])
  await seen(['a'], ['b'])
  const base = await end(await one('a', images))
  now += second
  await want('b')
  await give('a', base)
  const input = await end(await one('b', images))
  expect(await take('a', images)).toEqual([])
  expect((await one('b', images)).buildId).toBe(id)
  expect(await store.layers.stored([base, input])).toEqual(new Set([base]))
})

test('G95 a draining runner is asked for exactly those files that unfinished builds need from it', async () => {
  const { snapshot } = await parentOnA()
  const over = await submit([{}])
  await end(await one('b', images))
  await store.runners.drain('a', now)
  await store.layers.wantOfDraining(now)
  expect(await store.layers.wantedOf('a')).toEqual([{ snapshot, form: 'erofs' }])
  now += goneMs
  await seen(['a'], ['b'])
  // The runner has time to send them.
  expect(await store.runners.gone(now)).toEqual([])
  await give('a', snapshot)
  expect(await store.runners.gone(now)).toEqual([])
  expect((await one('b', images)).buildId).not.toBe(over)
})

test('the query for files of draining runners reads no job while none drains, however many wait', async () => {
  await parentOnA()
  for (let build = 0; build < 50; build += 1) await submit([{}, { buildsIn: 0 }, { buildsIn: 0 }])
  const { rows, scans } = await rowsRead(config, wantOfDrainingText, [new Date(now), new Date(now - longMs)])
  expect(rows).toBeLessThanOrEqual(2)
  expect(scans).toContain('Seq Scan runners')
})

test('G95 when a runner is gone, files that the server has are fetched from there, and others are made again', async () => {
  const id = await submit([{}, { buildsIn: 0 }, { buildsIn: 1 }, { buildsIn: 0 }])
  await seen(['a'], ['b'])
  const base = await end(await one('a', images))
  for (const lease of await take('a', images)) await end(lease)
  now += second
  const [, middle] = await jobs(id)
  await want('b')
  expect(await store.layers.wantedOf('a')).toEqual([{ snapshot: middle?.snapshot, form: 'erofs' }])
  // When the runner is gone, the base is stored but the step on top of it is not.
  await pool.query(
    `insert into engine.exports (snapshot, form, queue, pool, runner, build_id, job_id, asked_at)
     select $1, form, queue, pool, runner, build_id, job_id, asked_at from engine.exports`,
    [base],
  )
  await give('a', base)
  now += goneMs
  await seen(['b'])
  const [gone, ...others] = await store.runners.gone(now)
  expect([gone?.event, others]).toEqual([{ type: 'holder_gone', runner: 'a', kept: [base], at: now }, []])
  if (gone) await store.builds.apply(id, [gone.event])
  expect(await states(id)).toBe('passed 1, scheduled 2, pending 1, passed 1')
  expect(await store.runners.gone(now)).toEqual([])
  expect(await take('c')).toEqual([])
  await end(await one('b', images))
  expect(await states(id)).toBe('passed 1, passed 2, scheduled 1, passed 1')
})

test('files that cannot travel are not requested again', async () => {
  const { snapshot } = await parentOnA()
  now += second
  await want('b')
  await store.layers.refuse(snapshot, 'it has no form')
  await want('b')
  expect(await store.layers.wantedOf('a')).toEqual([])
  expect(await take('b', images)).toEqual([])
  expect(await take('a', images)).toHaveLength(1)
})

test.each([
  { secrets: {}, after: 'passed 1, scheduled 2, pending 1', maker: 'a' },
  { secrets: { A: 'a' }, after: 'scheduled 2, passed 1, pending 1', maker: 'b' },
])('G132 files on two runners that can leave neither are made again on $maker', async ({ secrets, after, maker }) => {
  const inputs = [{ from: 1, path: 'a', into: '', optional: true }]
  const id = await submit([{}, { buildsIn: 0, secrets }, { buildsIn: 0, dependsOn: [1], inputs }])
  await seen(['a'], ['b'])
  const base = await end(await one('a', images))
  now += second
  await want('b')
  await give('a', base)
  const input = await end(await one('b', images))
  await store.layers.refuse(base, 'it cannot be placed')
  expect(await store.runners.gone(now)).toEqual([])
  now += second
  await want('a')
  await store.layers.refuse(input, 'it cannot be placed')
  for (const runner of ['a', 'b']) expect(await take(runner, images)).toEqual([])
  const [found, ...others] = await store.runners.gone(now)
  const [, , child] = await jobs(id)
  expect([found?.event, others]).toEqual([
    { type: 'files_apart', job: child?.id, stuck: [base, input], kept: [], at: now },
    [],
  ])
  if (found) await store.builds.apply(id, [found.event])
  expect(await states(id)).toBe(after)
  expect(await store.runners.gone(now)).toEqual([])
  const elsewhere = maker === 'a' ? 'b' : 'a'
  expect(await take(elsewhere, images)).toEqual([])
  await end(await one(maker, images))
  await end(await one(maker, images))
  expect((await store.builds.load(id))?.build.state).toBe('passed')
})

test('steps that start from an image go to the home of their family, even if its other steps ran elsewhere', async () => {
  const inputs = [{ from: 2, path: 'a', into: '', optional: true }]
  const id = await submit([{}, { buildsIn: 0, dependsOn: [2], inputs }, { dependsOn: [3] }, { buildsIn: 0 }])
  await seen(['a'], ['b'])
  const base = await end(await one('a', images))
  now += second
  await want('b')
  await give('a', base)
  await end(await one('b', images))
  expect(await take('b', images)).toEqual([])
  const home = async () => (await pool.query('select home from engine.ready where build_id = $1', [id])).rows
  expect(await home()).toEqual([{ home: 'a' }])
  now += goneMs
  await seen(['b'])
  for (const { event } of await store.runners.gone(now)) await store.builds.apply(id, [event])
  expect(await home()).toEqual([{ home: 'b' }])
  expect(await take('b', images)).toHaveLength(1)
})

test('G116 a lease granted by one process is known to another process at once', async () => {
  const { id, snapshot } = await parentOnA()
  await seen(['a'], ['b'])
  const other = await PostgresStore.open(config, { now: () => now })
  try {
    await other.builds.load(id)
    now += second
    await want('b')
    await give('a', snapshot)
    now += 10 * second
    const { buildId, jobId, fence, leaseId } = await one('b', images)
    const layers = new LocalLayers({
      ...{ store: other, layers: other.layers, runner: 'b', reach: everything, getsSecrets: true },
      mayHave: async () => true,
      // The test reads no bytes.
      objects: {} as LayerObjects,
      log: () => undefined,
    })
    expect(await layers.find({ buildId, jobId, fence, leaseId }, snapshot, ['erofs'])).toHaveLength(1)
  } finally {
    await other.close()
  }
})
