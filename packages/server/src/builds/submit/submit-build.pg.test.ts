import { expect, test } from 'vitest'
import { findPipeline } from '../../organizations/pipelines/store.ts'
import { ir } from '../../testing/runner.ts'
import { testServer } from '../../testing/server.ts'
import { type BuildFacts, requestedFacts } from '../records/build-facts.ts'
import type { BuildInput } from './build-input.ts'
import { submitEvent } from './submit.test-support.ts'
import type { Submission, Submitted } from './submit-build.ts'

const it = testServer()

const input: BuildInput = {
  branch: 'topic',
  commit: 'c'.repeat(40),
  message: null,
  env: {},
  ir: ir({ key: 'a', cmd: 'true' }),
  source: null,
  withoutCache: false,
}
const pushed: BuildFacts = {
  ...requestedFacts('api'),
  event: 'push',
  recordedSource: 'webhook',
  delivery: { provider: 'github', id: 'd-1', event: 'push' },
}

const submit = (slug: string, facts: BuildFacts, more: Partial<Submission> = {}): Promise<Submitted> =>
  submitEvent(it, slug, { input, facts, ...more })

test('G36 one delivery creates one build of a pipeline for an event, even if twenty workers process it', async () => {
  const slug = await it.newPipeline()
  const made = await Promise.all(Array.from({ length: 20 }, () => submit(slug, pushed)))
  expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  expect(made.filter(({ isRepeat }) => !isRepeat)).toHaveLength(1)
  const other = { ...pushed, delivery: { provider: 'github', id: 'd-1', event: 'pull_request' } } as const
  expect(await submit(slug, other)).toMatchObject({ number: 2, isRepeat: false })
  expect(await submit(await it.newPipeline(), pushed)).toMatchObject({ number: 1, isRepeat: false })
})

test('further rows are written in the transaction of the build, or not at all', async () => {
  const slug = await it.newPipeline()
  const within = async () => {
    throw new Error('no')
  }
  await expect(submit(slug, requestedFacts('api'), { within })).rejects.toThrow('no')
  expect(await submit(slug, requestedFacts('api'))).toMatchObject({ number: 1 })
})

test('the facts of a pull request reach the variables and conditions of the steps', async () => {
  const slug = await it.newPipeline({ repository: 'acme/facts', name: 'facts' })
  const pullRequest = { number: 7, title: 'Fix', url: 'https://x.test/7', headRepository: 'Fork/Facts', fork: true }
  const facts = {
    ...requestedFacts('api'),
    event: 'pull_request',
    baseBranch: 'main',
    tag: 'v1',
    pullRequest,
    trust: 'fork',
    changed: ['a.ts'],
  } as const
  const { id } = await submit(slug, facts)
  const context = (await it.server.engine.store.builds.load(id))?.context
  expect(context?.injectedEnv).toMatchObject({
    HARMONT_EVENT: 'pull_request',
    HARMONT_TAG: 'v1',
    HARMONT_BASE_BRANCH: 'main',
    HARMONT_PULL_REQUEST: '7',
    HARMONT_REPO: 'acme/facts',
  })
  expect(context?.conditionContext).toMatchObject({ event: 'pull_request', baseBranch: 'main', changed: ['a.ts'] })
  expect(context?.trust).toBe('fork')
  const { rows } = await it.server.pool.query<{ id: string }>("select id from organizations where slug = 'default'")
  const organization = rows[0]?.id
  const places = `${organization}/${(await findPipeline(it.server.pool, organization ?? '', slug))?.id}`
  expect(context?.cache).toEqual({
    read: [`${places}/protected`, `${places}/branches`, `${places}/forks/fork/facts`],
    write: `${places}/forks/fork/facts`,
    rule: expect.stringMatching(/^A fork uses/),
  })
})

test('no job of a held build is leased, not even its rendering', async () => {
  const facts = { ...requestedFacts('api'), trust: 'fork', held: true } as const
  await it.server.pool.query('delete from engine.ready')
  await submit(await it.newPipeline(), facts)
  await submit(await it.newPipeline(), facts, { input: { ...input, ir: null } })
  expect(await it.server.engine.store.leases.take('test-runner', 5, it.server.engine.store.now())).toEqual([])
})

test('a rejected build exists as failed, with the reason', async () => {
  const from = { kind: 'rejected', code: 'billing_insufficient_balance', message: 'Top up.' } as const
  const made = await submit(await it.newPipeline(), pushed, { from })
  const build = (await it.server.engine.store.builds.load(made.id))?.build
  expect(build).toMatchObject({ state: 'failed', errorCode: 'billing_insufficient_balance' })
})
