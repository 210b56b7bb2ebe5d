import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

type BuildView = components['schemas']['BuildView']

/** More space than any disk has. */
const it = testServer({ HARMONT_LEAST_FREE_DISK: '1000TiB' })

test('G55 a server on a full disk reports it everywhere, accepts builds without a source, and refuses sources', async () => {
  expect(it.server.fullDisk).toMatch(/^[\d.]+ [MG]iB of [\d.]+ GiB free$/)
  const ready = await it.request(null, 'GET', '/readyz')
  expect([ready.status, codeOf(ready)]).toEqual([503, 'not_ready'])
  expect(JSON.stringify(ready.body)).toContain('the disk of the data directory is full: ')
  const metrics = await it.request<string>(null, 'GET', '/metrics')
  expect(metrics.body).toMatch(/^harmont_disk_full 1$/m)
  expect(metrics.body).toMatch(/^harmont_disk_free_bytes \d+$/m)
  const builds = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  const refused = await it.request(ownerToken, 'POST', builds, { ...build, source_b64: 'QUJD' })
  expect([refused.status, codeOf(refused), refused.headers.get('retry-after')]).toEqual([
    503,
    'service_unavailable',
    '10',
  ])
  expect((await it.request(ownerToken, 'POST', builds, build)).status).toBe(201)
  const { body } = await it.request<BuildView>(ownerToken, 'GET', `${builds}/1/view`)
  expect(body.jobs[0]?.wait_reason).toBe('runner')
  expect(body.jobs[0]?.waiting?.message).toMatch(/^The runner's disk is full \([\d.]+ [MG]iB of [\d.]+ GiB free\)\.$/)
})
