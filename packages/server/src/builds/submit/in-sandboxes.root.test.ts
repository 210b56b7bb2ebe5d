/** Builds from the request to the step, in real sandboxes: their inputs, and their cache. */
import type { components } from '@harmont/contract'
import { beforeAll, expect, test } from 'vitest'
import { placeOfSecret } from '../../organizations/secrets/set-secret.ts'
import { createSealer } from '../../platform/encryption/seal.ts'
import { ir } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { jobsAtEnd, submitFork } from './submit.test-support.ts'

type Schemas = components['schemas']

const it = testServer({ HARMONT_RUNNER: 'local', HARMONT_RUNNER_SLOTS: '2', HARMONT_SANDBOX_NETWORK: 'none' })
const organization = '/api/v0/organizations/default'
const value = 'pa55-word-of-the-organization'
const cache = (key: string) => ({ policy: 'forever', key })

beforeAll(async () => {
  await it.request(ownerToken, 'POST', `${organization}/secrets`, {
    name: 'npm_read',
    value,
    branches: ['main'],
    uploads: true,
  })
  await it.request(ownerToken, 'POST', `${organization}/secrets`, { name: 'deploy', value, branches: ['main'] })
})

interface Ended {
  readonly state: string
  readonly errorCode: string | null | undefined
  readonly cached: boolean | undefined
  readonly log: string
  readonly remarks: string
}

/** Returns the jobs of a build after they have ended. */
async function end(path: string): Promise<readonly Ended[]> {
  const jobs = await jobsAtEnd(it, path)
  const log = async (id: string, query = '') =>
    (await it.request<string>(ownerToken, 'GET', `/v0/jobs/${id}/logs.txt${query}`)).body
  return Promise.all(
    jobs.map(async ({ id, state, error_code: errorCode, cached }) => {
      return { state, errorCode, cached, log: await log(id), remarks: await log(id, '?meta=1') }
    }),
  )
}

async function run(slug: string, pipeline_ir: string, branch = 'main'): Promise<readonly Ended[]> {
  const path = `${organization}/pipelines/${slug}/builds`
  const body = { branch, commit: 'c', pipeline_ir, source_b64: '' }
  const made = await it.request<Schemas['Build']>(ownerToken, 'POST', path, body)
  expect(made.status).toBe(201)
  return end(`${path}/${made.body.number}`)
}

const runFork = async (slug: string, steps: string) => end(await submitFork(it, slug, steps))

test('G15 a step has its secret in its environment and as a file, and its log does not contain the value', async () => {
  const cmd = `test "$(printf %s "$NPM_TOKEN" | wc -c)" = ${value.length} && echo "has $NPM_TOKEN" && cat /run/secrets/NPM_TOKEN && printf %s "$NPM_TOKEN" | base64`
  const steps = ir({ key: 'a', cmd, secrets: { NPM_TOKEN: 'npm_read' } })
  const [ended] = await run(await it.newPipeline(), steps)
  expect(ended).toMatchObject({ state: 'passed', log: expect.stringContaining('has ***') })
  expect(ended?.remarks).not.toContain(value)
  expect(ended?.remarks).not.toContain(Buffer.from(value).toString('base64').slice(0, 20))
})

test('a job fails if its secret is not defined, or not for this branch', async () => {
  for (const [name, branch] of [
    ['never_set', 'main'],
    ['npm_read', 'topic'],
  ] as const) {
    const steps = ir({ key: 'a', cmd: 'true', secrets: { X: name } })
    const [ended] = await run(await it.newPipeline(), steps, branch)
    expect(ended).toMatchObject({ state: 'failed', errorCode: 'secret_missing' })
  }
})

test('G60 an upload that claims a branch does not get the secrets limited to that branch, and job and log say why', async () => {
  const steps = ir({ key: 'a', cmd: 'echo "ran $X"', secrets: { X: 'deploy' } })
  const [refused] = await run(await it.newPipeline(), steps)
  expect(refused).toMatchObject({ state: 'failed', errorCode: 'secret_missing', log: '' })
  expect(refused?.remarks).toContain('The secret deploy is limited to branches or events, and this build is an upload')
  const [given] = await run(await it.newPipeline(), ir({ key: 'a', cmd: 'echo "ran $X"', secrets: { X: 'npm_read' } }))
  expect(given).toMatchObject({ state: 'passed', log: 'ran ***\n' })
  expect(given?.remarks).toContain('is given to this upload because it says `uploads: true`')
})

test('G26 a build of a fork gets no secret, finds no trace of one in the cache, and leaves no cache entry for trusted builds', async () => {
  const slug = await it.newPipeline()
  const left = ir(
    { key: 'a', cmd: 'printf %s "$T" > ~/t; echo a > /a', cache: cache('g26-a'), secrets: { T: 'npm_read' } },
    {
      key: 'b',
      cmd: `test "$(wc -c < ~/t)" = ${value.length} && echo found || echo nothing`,
      builds_in: 'a',
      cache: cache('g26-b'),
    },
  )
  const [, trusted] = await run(slug, left)
  expect(trusted).toMatchObject({ state: 'passed', cached: false, log: 'found\n' })
  expect((await run(slug, left)).map(({ cached }) => cached)).toEqual([true, true])
  const [first, second] = await runFork(slug, left)
  expect(first).toMatchObject({ cached: false, remarks: expect.stringContaining('builds of forks get none') })
  expect(second).toMatchObject({ state: 'passed', cached: false, log: 'nothing\n' })
  // The cache entries of an upload are for its author only, whatever branch it claims.
  const shared = ir({ key: 's', cmd: 'echo s', cache: cache('g26-shared') })
  expect((await run(slug, shared)).map(({ cached }) => cached)).toEqual([false])
  expect((await run(slug, shared)).map(({ cached }) => cached)).toEqual([true])
  expect((await runFork(slug, shared)).map(({ cached }) => cached)).toEqual([false])
  const own = ir({ key: 'o', cmd: 'echo o', cache: cache('g26-own') })
  expect((await runFork(slug, own)).map(({ cached }) => cached)).toEqual([false])
  expect((await runFork(slug, own)).map(({ cached }) => cached)).toEqual([true])
  expect((await run(slug, own)).map(({ cached }) => cached)).toEqual([false])
})

test('a rebuild uses the cache entries of the first build, unless it runs without the cache', async () => {
  const slug = await it.newPipeline()
  const path = `${organization}/pipelines/${slug}/builds`
  await run(slug, ir({ key: 'a', cmd: 'echo a', cache: cache('rebuilt') }))
  const rebuild = async (body: object) => {
    const made = await it.request<Schemas['Build']>(ownerToken, 'POST', `${path}/1/rebuild`, body)
    return (await end(`${path}/${made.body.number}`)).map(({ state, cached }) => [state, cached])
  }
  expect(await rebuild({})).toEqual([['passed', true]])
  expect(await rebuild({ without_cache: true })).toEqual([['passed', false]])
})

test('web B6 a hit names the job that stored the entry, and a miss names what changed', async () => {
  const slug = await it.newPipeline()
  const steps = (cmd: string, level: string) =>
    ir({ key: 'a', cmd, env: { LEVEL: level }, cache: { policy: 'forever', key: 'explained' } })
  const view = async (number: number) => {
    const path = `${organization}/pipelines/${slug}/builds/${number}/view`
    const { body } = await it.request<Schemas['BuildView']>(ownerToken, 'GET', path)
    return body.jobs[0]
  }
  await run(slug, steps('echo a', '1'))
  const made = await view(1)
  const rule = expect.stringContaining('An upload uses')
  expect(made?.cache).toEqual({ rule, outcome: 'miss', policy: 'never', from: null, reason: 'first', changes: [] })
  await run(slug, steps('echo a', '1'))
  const hit = await view(2)
  const from = { pipeline_slug: slug, number: 1, job_id: made?.id, at: expect.stringMatching(/Z$/) }
  expect(hit?.cache).toMatchObject({ outcome: 'hit', from: { ...from, saved_ms: expect.any(Number) } })
  expect(hit?.snapshot).toMatchObject({ id: made?.snapshot?.id, created_at: hit?.cache.from?.at })
  await run(slug, steps('echo b', '2'))
  const missed = await view(3)
  expect(missed?.cache).toMatchObject({ outcome: 'miss', reason: 'changed' })
  expect(missed?.cache.changes.map(({ kind, name }) => [kind, name])).toEqual([
    ['command', 'command'],
    ['variable', 'LEVEL'],
  ])
  expect(JSON.stringify(missed?.cache)).not.toContain('echo')
})

test('a failed step is retried from the file system of its parent, and the build passes', async () => {
  const slug = await it.newPipeline()
  // The environment is the same in a retry; only the second attempt knows its number.
  const steps = ir(
    { key: 'a', cmd: 'echo kept > /kept' },
    { key: 'b', cmd: 'cat /kept; test "$HARMONT_ATTEMPT" = 2', builds_in: 'a' },
  )
  expect((await run(slug, steps)).map(({ state }) => state)).toEqual(['passed', 'failed'])
  const path = `${organization}/pipelines/${slug}/builds/1`
  expect((await it.request(ownerToken, 'POST', `${path}/retry`, {})).status).toBe(201)
  expect(await end(path)).toMatchObject([{ state: 'passed' }, { state: 'passed', log: 'kept\n' }])
  expect((await it.request<Schemas['Build']>(ownerToken, 'GET', path)).body.state).toBe('passed')
})

test('a step with a cache policy of a released client is cached by its key; without a key the step always runs, and says so', async () => {
  const slug = await it.newPipeline()
  const steps = ir(
    { key: 'keyed', cmd: 'echo ran', cache: { policy: 'on_change', key: 'loose' } },
    { key: 'keyless', cmd: 'echo ran', cache: { policy: 'weekly' } },
  )
  expect((await run(slug, steps)).map(({ cached }) => cached)).toEqual([false, false])
  const [keyed, keyless] = await run(slug, steps)
  expect([keyed?.cached, keyless?.cached]).toEqual([true, false])
  expect(keyed?.remarks).toContain('The cache policy "on_change" has no `paths`, so its key alone says when')
  expect(keyless?.remarks).toContain(
    'The cache policy "weekly" has no meaning here, nor a key, so this step always runs.',
  )
})

test(`a step whose secret the server cannot decrypt fails at once with the secret's name, and the pipeline's next build runs`, async () => {
  const { pool } = it.server
  const slug = await it.newPipeline()
  await it.request(ownerToken, 'POST', `${organization}/secrets`, { name: 'lost', value })
  const { rows } = await pool.query<{ id: string }>("select id from secrets where name = 'lost'")
  const id = rows[0]?.id ?? ''
  const sealed = createSealer('a-key-of-another-time').seal(placeOfSecret(id), value)
  await pool.query('update secrets set sealed_value = $2 where id = $1', [id, sealed])
  const [failed] = await run(slug, ir({ key: 'a', cmd: 'true', secrets: { X: 'lost' } }))
  expect(failed).toMatchObject({ state: 'failed', errorCode: 'secret_unusable' })
  const [passed] = await run(slug, ir({ key: 'a', cmd: 'true' }))
  expect(passed).toMatchObject({ state: 'passed' })
})
