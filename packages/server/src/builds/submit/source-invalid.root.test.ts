/** An invalid archive is detected when it is unpacked, which needs real sandboxes. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { components } from '@harmont/contract'
import { expect, onTestFinished, test } from 'vitest'
import { ir } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'

type Schemas = components['schemas']
const it = testServer({
  HARMONT_RUNNER: 'local',
  HARMONT_RUNNER_SLOTS: '2',
  HARMONT_SANDBOX_NETWORK: 'none',
  HARMONT_SOURCE_URL_ALLOW: '127.0.0.1',
})
const steps = ir(
  { key: 'a', cmd: 'true', soft_fail: true, retry: { limit: 2 } },
  { key: 'b', cmd: 'true', depends_on: ['a'] },
)
const broken = gzipSync(randomBytes(50_000)).subarray(0, 20_000)
/** One file named `../evil`. */
const escaping = execFileSync('tar', ['-cP', '--transform', 's,.*,../evil,', import.meta.filename])

test.for([
  ['text', Buffer.from('this is no archive')],
  ['a compressed text', gzipSync('this is no archive either')],
  ['a compressed file that breaks off', broken],
  ['an archive that leads out of its tree', escaping],
] as const)(
  '%s in place of an archive: the build is accepted and ends as failed with source_invalid',
  async ([, bytes]) => {
    const builds = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
    const body = { branch: 'main', commit: 'c', pipeline_ir: steps, source_b64: bytes.toString('base64') }
    const made = await it.request<Schemas['Build']>(ownerToken, 'POST', builds, body)
    expect(made.status).toBe(201)
    const read = async () => (await it.request<Schemas['Build']>(ownerToken, 'GET', `${builds}/1`)).body
    await expect.poll(async () => (await read()).state).toBe('failed')
    expect(await read()).toMatchObject({ error_code: 'source_invalid', error_message: expect.any(String) })
    const jobs = await it.request<{ data: Schemas['Job'][] }>(ownerToken, 'GET', `${builds}/1/jobs`)
    expect(jobs.body.data.map(({ state, error_code }) => [state, error_code])).toEqual([
      ['failed', 'provision_failed'],
      ['skipped', null],
    ])
  },
)

test('a request whose pipeline is rendered from an invalid archive is refused with the failed build', async () => {
  const builds = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const body = { branch: 'main', commit: 'c', source_b64: Buffer.from('no archive').toString('base64') }
  const made = await it.request<Schemas['Error']>(ownerToken, 'POST', builds, body)
  expect([made.status, made.body.error]).toMatchObject([422, { code: 'build_plan_rejected', build: { number: 1 } }])
  const build = await it.request<Schemas['Build']>(ownerToken, 'GET', `${builds}/1`)
  expect(build.body).toMatchObject({ state: 'failed', error_code: 'source_invalid' })
})

test('an archive at an address becomes the source tree of the steps; with a wrong checksum the build fails and says so', async () => {
  const archive = execFileSync('tar', ['-cz', '-C', import.meta.dirname, 'may-build.ts'])
  const host = createServer((_, response) => response.end(archive))
  await new Promise<void>((done) => host.listen(0, '127.0.0.1', done))
  onTestFinished(() => void host.close())
  const source_url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/a.tgz`
  const pipeline_ir = ir({ key: 'a', cmd: 'test -s may-build.ts' })
  const run = async (source_sha256: string | null) => {
    const builds = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
    const body = { branch: 'main', commit: 'c', pipeline_ir, source_url, source_sha256 }
    expect((await it.request(ownerToken, 'POST', builds, body)).status).toBe(201)
    const read = async () => (await it.request<Schemas['Build']>(ownerToken, 'GET', `${builds}/1`)).body
    await expect.poll(async () => (await read()).finished_at ?? null).not.toBeNull()
    return read()
  }
  expect(await run(null)).toMatchObject({ state: 'passed' })
  expect(await run('0'.repeat(64))).toMatchObject({ state: 'failed', error_code: 'source_checksum_mismatch' })
})
