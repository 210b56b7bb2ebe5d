import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { costWith } from '../../../billing/usage/lease-cost.ts'
import { AccessWatch } from '../../../identity/access/access-watch.ts'
import { SingleFlight } from '../../../platform/follow/single-flight.ts'
import { readSettings } from '../../../platform/settings/read-settings.ts'
import { openEvents } from '../../../testing/event-reader.ts'
import { ir, playJob } from '../../../testing/runner.ts'
import { ownerToken, publicUrl, testServer } from '../../../testing/server.ts'
import { openTopics } from './open-topics.ts'
import { beats } from './topic-event.ts'

const it = testServer()
const organization = '/api/v0/organizations/default'

type Shown = { readonly id: string; readonly version: number; readonly step_key: string }
type View = { readonly cursor: string; readonly build: { readonly version: number }; readonly jobs: readonly Shown[] }

async function newBuild(steps: number): Promise<{ readonly slug: string; readonly path: string }> {
  const slug = await it.newPipeline()
  const path = `${organization}/pipelines/${slug}/builds`
  const all = Array.from({ length: steps }, (_, n) => ({
    key: `s${n}`,
    cmd: 'true',
    ...(n > 2 ? { builds_in: `s${n - 3}` } : {}),
  }))
  await it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c', pipeline_ir: ir(...all) })
  return { slug, path: `${path}/1` }
}

/**
 * Removes cost and log size, which do not count as changes of the build: the cost grows while the
 * build runs, and the size becomes known some time after the end.
 */
const withoutCounts = ({ cost: _, log: __, ...job }: Shown & { readonly cost?: unknown; readonly log?: unknown }) => job

test('web D2 L23 a reader disconnected at any point resumes without a loss: it ends with the current build and log, and no state goes back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 6 }), async (cuts) => {
      const { slug, path } = await newBuild(9)
      const first = await playJob(it)
      const view = (await it.request<View>(ownerToken, 'GET', `${path}/view`)).body
      const topics = new URLSearchParams({ topics: `builds,build:${slug}/1,log:${first.id}@1`, cursor: view.cursor })
      const url = `${it.server.url}${organization}/events?${topics}`
      const written: string[] = []
      const playing = (async () => {
        for (let turn = 0; turn < 12; turn += 1) {
          await first.log([`line ${turn} of`, ` the log\n`])
          written.push(`line ${turn} of the log`)
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
        await first.end({ snapshot: 's' })
        for (let job = 1; job < 9; job += 1) await (await playJob(it)).end({ snapshot: 's' })
      })()
      const jobs = new Map(view.jobs.map((job) => [job.step_key, job]))
      const lines: string[] = []
      let version = view.build.version
      let lastId: string | undefined
      let ends = 0
      for (const cut of [...cuts, Number.POSITIVE_INFINITY]) {
        await using reader = await openEvents(url, ownerToken, lastId)
        // Every reader gets the end.
        ends = 0
        for (let read = 0; read < cut && ends < 2; read += 1) {
          const { event, data, id } = await reader.next()
          if (event === 'job') {
            const job = data.job as Shown
            expect(job.version).toBeGreaterThanOrEqual(jobs.get(job.step_key)?.version ?? 0)
            jobs.set(job.step_key, job)
          }
          if (event === 'build' && data.view !== undefined) {
            const told = (data.build as View['build']).version
            // Simultaneous events are repeated together, and older ones are never repeated.
            expect(told).toBeGreaterThanOrEqual(version)
            version = told
          }
          if (event === 'log') {
            const from = data.from as number
            expect(from).toBeLessThanOrEqual(lines.length + 1)
            // Only an unfinished line is sent again.
            expect(from).toBeGreaterThanOrEqual(lines.length)
            const texts = (data.lines as [unknown, unknown, string][]).map(([, , text]) => text)
            lines.splice(from - 1, lines.length, ...texts)
          }
          if (event === 'end') ends += 1
          expect(event).not.toBe('resync')
          lastId = id ?? lastId
        }
      }
      await playing
      const end = (await it.request<View>(ownerToken, 'GET', `${path}/view`)).body
      expect(lines).toEqual(written)
      expect(version).toBe(end.build.version)
      expect([...jobs.values()].map(withoutCounts)).toEqual(end.jobs.map(withoutCounts))
    }),
    { numRuns: scaled(3) },
  )
})

test(`a stream with topics ends when its reader's membership ends`, async () => {
  const { pool, engine } = it.server
  const { id: userId, organization: slug } = await it.newUser('topics-reader')
  const { rows } = await pool.query<{ id: string }>('select id from organizations where slug = $1', [slug])
  const organizationId = rows[0]?.id ?? ''
  const services = {
    pool,
    engine,
    costOf: costWith(readSettings({})),
    settings: readSettings({}),
    disk: { full: null },
    publicUrl,
    flights: new SingleFlight(),
  }
  const open = await openTopics(services, { organizationId, organizationSlug: slug, role: 'owner' }, 'builds', '')
  const log = pino({ level: 'silent' })
  const { rows: keys } = await pool.query('select id from api_keys where user_id = $1', [userId])
  const holder = { organizationId, credentialId: keys[0].id }
  const reading = new AccessWatch({ pool, log, everyMs: 20 }).watch(holder, new AbortController().signal)
  const events = open(reading.signal)
  expect((await events.next()).value).toContain('event: beat')
  await pool.query('delete from memberships where user_id = $1', [userId])
  const rest: string[] = []
  for await (const frame of events) rest.push(frame)
  expect(rest.join('')).not.toContain('event: build')
  reading.end()
})

test('a beat is sent at once and after each silence, until the stream ends', async () => {
  const stop = new AbortController()
  const times: string[] = []
  for await (const { events } of beats(stop.signal, 5)) {
    for (const { event, data } of events) if (event === 'beat') times.push(data.server_time)
    if (times.length === 3) stop.abort()
  }
  expect(times).toEqual([...times].sort())
  expect(times).toHaveLength(3)
})
