/** Secrets from the request that sets them to the step that has them, in real sandboxes. */
import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir } from '../testing/runner.ts'
import { ownerToken, testServer } from '../testing/server.ts'

type Schemas = components['schemas']

const it = testServer({ HARMONT_RUNNER: 'local', HARMONT_IMAGE_FALLBACK: 'host', HARMONT_SANDBOX_NETWORK: 'none' })
const organization = '/api/v0/organizations/default'
const value = 'pa55-word-of-the-organization'

interface Ended {
  readonly state: string
  readonly errorCode: string | null | undefined
  readonly log: string
  readonly remarks: string
}

async function run(step: Readonly<Record<string, unknown>>, branch = 'main'): Promise<Ended> {
  const path = `${organization}/pipelines/${await it.newPipeline()}/builds`
  const body = { branch, commit: 'c', pipeline_ir: ir({ key: 'a', image: 'host', ...step }), source_b64: '' }
  const made = await it.request<Schemas['Build']>(ownerToken, 'POST', path, body)
  expect(made.status).toBe(201)
  const jobs = async () =>
    (await it.request<{ data: Schemas['Job'][] }>(ownerToken, 'GET', `${path}/1/jobs`)).body.data[0]
  await expect.poll(async () => (await jobs())?.finished_at ?? null, { timeout: 20_000 }).not.toBeNull()
  const job = await jobs()
  const log = async (query: string) =>
    (await it.request<string>(ownerToken, 'GET', `/v0/jobs/${job?.id}/logs.txt${query}`)).body
  return { state: job?.state ?? '', errorCode: job?.error_code, log: await log(''), remarks: await log('?meta=1') }
}

test('G15 a step has its secret in its environment and as a file, and its log shows none of it', async () => {
  await it.request(ownerToken, 'POST', `${organization}/secrets`, { name: 'npm_read', value, branches: ['main'] })
  const cmd = `test "$(printf %s "$NPM_TOKEN" | wc -c)" = ${value.length} && echo "has $NPM_TOKEN" && cat /run/secrets/NPM_TOKEN && printf %s "$NPM_TOKEN" | base64`
  const ended = await run({ cmd, secrets: { NPM_TOKEN: 'npm_read' } })
  expect(ended).toMatchObject({ state: 'passed', log: expect.stringContaining('has ***') })
  expect(ended.remarks).not.toContain(value)
  expect(ended.remarks).not.toContain(Buffer.from(value).toString('base64').slice(0, 20))
})

test('a secret that is not defined, or not for this branch, fails the job that wants it', async () => {
  for (const [name, branch] of [
    ['never_set', 'main'],
    ['npm_read', 'topic'],
  ] as const)
    expect(await run({ cmd: 'true', secrets: { X: name } }, branch)).toMatchObject({
      state: 'failed',
      errorCode: 'secret_missing',
    })
})
