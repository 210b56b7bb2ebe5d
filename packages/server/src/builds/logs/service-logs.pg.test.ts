/** Services of jobs as shown by the API, and their logs. */
import { type ServiceState, serviceLogId } from '@harmont/engine'
import { until } from '@harmont/test-kit/until'
import { expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { packingByHand } from './packing.test-support.ts'
import { markRemoved } from './remove-old-logs.ts'

const it = testServer()
const { newJob, rowsOf, pack, raw } = packingByHand(it)

const starting: ServiceState = { name: 'db', state: 'starting', readyMs: null, exitCode: null }
const ready: ServiceState = { ...starting, state: 'ready', readyMs: 130 }

/** A job whose service wrote two lines. */
async function jobWithService() {
  const job = await newJob()
  const { store } = it.server.engine
  const tell = (services: readonly ServiceState[]) =>
    store.builds.apply(job.buildId, [{ type: 'services', job: job.id, fence: 1, at: store.now(), services }])
  const ref = { jobId: job.id, fence: 1, service: 'db' }
  let seq = 0
  const log = async (text: string) => {
    seq += 1
    const chunk = { seq, kind: 1, content: Buffer.from(text), ts: null } as const
    if (!(await store.logs.append(ref, [chunk], `${seq}`))) throw new Error('the lease is lost')
  }
  await tell([ready])
  await store.logs.openService(ref, true)
  await log('listening\n')
  await log('ready\n')
  const services = job.path.replace(/\/log$/, '/services')
  return { ...job, services, service: { ...job, id: serviceLogId(job.id, 'db') }, tell, log }
}

const asOwner = { authorization: `Bearer ${ownerToken}` }

test('the services of a job are listed, with ids that refer to their logs', async () => {
  const { services, service, tell, end, id } = await jobWithService()
  const list = async () => (await it.request<{ data: object[] }>(ownerToken, 'GET', services)).body.data
  const shown = { id: service.id, name: 'db', image: '', from: null, exit_code: null }
  expect(await list()).toEqual([{ ...shown, state: 'ready', ready_ms: 130 }])
  await tell([{ ...ready, state: 'ended', exitCode: 3 }])
  expect(await list()).toEqual([{ ...shown, state: 'ended', ready_ms: 130, exit_code: 3 }])
  await end()
  const job = await it.request<{ services: object[] }>(ownerToken, 'GET', services.replace(/\/services$/, ''))
  expect(job.body.services).toEqual(await list())
  const stranger = await it.newUser('service-stranger')
  expect((await it.request(stranger.token, 'GET', services)).status).toBe(404)
  expect(codeOf(await it.request(ownerToken, 'GET', services.replace(id, service.id)))).toBe('job_not_found')
})

test('G30 the log of a service requires the same rights as that of its job, and ends with it', async () => {
  const job = await jobWithService()
  const { service } = job
  const stranger = await it.newUser('service-log-stranger')
  for (const kind of ['logs', 'logs.txt'])
    expect((await it.request(stranger.token, 'GET', `/v0/jobs/${service.id}/${kind}`)).status).toBe(403)
  expect((await it.request(stranger.token, 'GET', job.path.replace(job.id, service.id))).status).toBe(404)
  const stream = await fetch(`${it.server.url}/v0/jobs/${service.id}/logs`, { headers: asOwner })
  let seen = ''
  const reading = (async () => {
    for await (const piece of stream.body ?? []) seen += Buffer.from(piece).toString()
  })()
  await until(() => seen.includes('ready'))
  await job.log('one more\n')
  await until(() => seen.includes('one more'))
  expect(seen).not.toContain('event: done')
  await job.end()
  await reading
  expect(seen).toContain('event: done')
  expect((await raw(`/v0/jobs/${job.id}/logs.txt`)).length).toBe(0)
  const download = await fetch(`${it.server.url}/v0/jobs/${service.id}/logs.txt?download=1`, { headers: asOwner })
  expect(download.headers.get('content-disposition')).toMatch(/-a-db-1\.log"$/)
  expect(await download.text()).toBe('listening\nready\none more\n')
})

test("the log of a service is packed, removed and deleted like its job's", async () => {
  const job = await jobWithService()
  const { service } = job
  await job.end()
  const lines = async () =>
    (await it.request<{ total_lines: number }>(ownerToken, 'GET', job.path.replace(job.id, service.id))).body
  const before = await lines()
  expect(before.total_lines).toBe(2)
  await pack()
  expect(await rowsOf(service)).toMatchObject({ chunks: 0, packed: 1, waiting: 0 })
  expect(await lines()).toEqual(before)
  expect(await markRemoved(it.server.pool, new Date(Date.now() + 60_000), 30, 500)).toBeGreaterThan(0)
  await it.server.pool.query('delete from engine.builds where id = $1', [job.buildId])
  expect(await rowsOf(service)).toMatchObject({ chunks: 0, packed: 0 })
})
