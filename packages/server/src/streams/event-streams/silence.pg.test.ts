import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { testServer } from '../../testing/server.ts'
import { silenceMs } from './frames.ts'

const it = testServer()
const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }

/** The waits of silent streams after `stopSilence`, which end at the test's command. */
const silence = { now: 0, waits: new Map<NodeJS.Timeout, { readonly at: number; readonly end: () => void }>() }
const hour = 3_600_000

afterEach(() => {
  vi.restoreAllMocks()
  silence.waits.clear()
})

/**
 * Suspends waits that are as long as the heartbeat interval, until the test ends them. Shorter
 * waits continue: a worker that waited for a stopped clock would never stop.
 */
function stopSilence(): void {
  const { setTimeout: begin, clearTimeout: clear } = globalThis
  const beginHere = (call: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) => {
    const end = () => call(...values)
    if (ms < silenceMs) return begin(end, ms)
    const timer = begin(end, hour).unref()
    silence.waits.set(timer, { at: silence.now + ms, end })
    return timer
  }
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(beginHere as typeof setTimeout)
  vi.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
    silence.waits.delete(timer as NodeJS.Timeout)
    clear(timer)
  })
}

function passSilence(ms: number): void {
  silence.now += ms
  for (const [timer, { at, end }] of silence.waits)
    if (at <= silence.now) {
      clearTimeout(timer)
      end()
    }
}

async function newOrganization(name: string) {
  const { token, organization } = await it.newUser(name)
  const path = `/api/v0/organizations/${organization}`
  await it.request(token, 'POST', `${path}/pipelines`, {
    name: 'ci',
    repository: `local/${name}`,
    default_branch: 'main',
  })
  const builds = `${path}/pipelines/ci/builds`
  return { token, path, builds, build: () => it.request<{ id: string; number: number }>(token, 'POST', builds, build) }
}

type Opened = Awaited<ReturnType<typeof open>>

/**
 * Opens a response and reads its whole body. Fails if the headers do not arrive: time passes only
 * when the test advances it.
 */
async function open(token: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  // This clock runs: it limits the wait for the headers.
  const late = AbortSignal.timeout(60_000)
  const giveUp = new AbortController()
  late.onabort = () => giveUp.abort(late.reason)
  const response = await fetch(it.server.url + path, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: giveUp.signal,
  })
  late.onabort = null
  const heard = { status: response.status, text: '' }
  const reader = response.body?.getReader()
  const read = async () => {
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      heard.text += Buffer.from(part.value)
  }
  const reading = read().catch(() => {}) // the test leaves
  const leave = async () => {
    await reader?.cancel()
    await reading
  }
  onTestFinished(leave)
  return { heard, leave }
}

/** Returns all streams of one organization with a running job and no events. */
async function quietStreams(name: string) {
  const own = await newOrganization(name)
  const { number } = (await own.build()).body
  const job = await playJob(it)
  const events = `${own.builds}/${number}/events`
  const snapshot = await open(own.token, events)
  await expect.poll(() => snapshot.heard.text).toMatch(/^id: \d+$/m)
  await snapshot.leave()
  const seen = { 'last-event-id': /^id: (\d+)$/m.exec(snapshot.heard.text)?.[1] ?? '' }
  const streams: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    [`${own.path}/events`, {}],
    [`${own.path}/events?topics=builds,log:${job.id}@1`, {}],
    [events, seen],
    [`/v0/jobs/${job.id}/logs`, {}],
  ]
  return { own, job, streams }
}

test('the headers of every stream are sent at once, before any event, also those of a followed log', async () => {
  const { own, job, streams } = await quietStreams('at-once')
  stopSilence()
  const opened: Opened[] = []
  for (const [path, headers] of [...streams, [`/v0/jobs/${job.id}/logs.txt`, { range: 'bytes=5-' }] as const])
    opened.push(await open(own.token, path, headers))
  expect(opened.map(({ heard }) => heard.status)).toEqual([200, 200, 200, 200, 206])
  for (const { leave } of opened) await leave()
  await job.end()
})

test("a heartbeat is sent 15 s after the last byte, regardless of other organizations' builds", async () => {
  const neighbour = await newOrganization('busy-neighbour')
  const { own, job, streams } = await quietStreams('patient')
  stopSilence()
  const opened: Opened[] = []
  for (const [path, headers] of streams) opened.push(await open(own.token, path, headers))
  const signs = () => opened.map(({ heard }) => heard.text.match(/^:$|^event: beat$/gm)?.length ?? 0)
  const expectSigns = async (expected: readonly number[]) => {
    const deadline = performance.now() + 10_000
    while (`${signs()}` !== `${expected}` && performance.now() < deadline) await new Promise(setImmediate)
    expect(signs()).toEqual(expected)
  }
  // The stream with topics begins with a beat.
  await expectSigns([0, 1, 0, 0])
  for (let round = 1; round <= 3; round += 1) {
    for (let part = 0; part < 3; part += 1) {
      const { number } = (await neighbour.build()).body
      await it.request(neighbour.token, 'PUT', `${neighbour.builds}/${number}/cancel`)
      passSilence(silenceMs / 3)
    }
    await expectSigns([round, round + 1, round, round])
  }
  for (const { leave } of opened) await leave()
  await job.end()
})

test('builds of one organization cause no query for the readers of another', async () => {
  const [own, neighbour] = [await newOrganization('undisturbed'), await newOrganization('disturbing')]
  const query = vi.spyOn(it.server.pool, 'query')
  const { rows } = await it.server.pool.query("select id from organizations where slug = 'undisturbed'")
  const looks = () => query.mock.calls.filter(([asked]) => isLookFor(asked, rows[0].id)).length
  const quiet = await open(own.token, `${own.path}/events`)
  await expect.poll(looks).toBe(1)
  const busy = await open(neighbour.token, `${neighbour.path}/events`)
  const { id } = (await neighbour.build()).body
  await expect.poll(() => busy.heard.text).toContain(id)
  expect(looks()).toBe(1)
  const mine = (await own.build()).body
  await expect.poll(() => quiet.heard.text).toContain(mine.id)
  expect(quiet.heard.text).not.toContain(id)
  for (const { leave } of [quiet, busy]) await leave()
})

function isLookFor(asked: unknown, organizationId: string): boolean {
  const { name, values = [] } = asked as { readonly name?: string; readonly values?: readonly unknown[] }
  return name === 'build-events-after' && values[0] === organizationId
}
