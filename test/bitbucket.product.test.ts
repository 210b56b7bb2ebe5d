/**
 * Tests the path from a push to Bitbucket to a final build status, with real sandboxes, a real git
 * server, and a Bitbucket double checked against its published API definition.
 */
import {
  type BitbucketDouble,
  type BitbucketRepository,
  type BitbucketUser,
  startBitbucket,
} from '@harmont/outside/bitbucket'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Product, startProduct } from './product.ts'

const pipelines = (command: string) => `import { pipeline, sh } from '@harmont/hm'
export default [
  {
    slug: 'ci',
    triggers: [{ event: 'push', branches: ['*'] }, { event: 'pull_request', types: ['opened', 'synchronize'] }],
    pipeline: () => pipeline([sh(${JSON.stringify(command)}, { label: 'unit', tests: 'junit.xml' })], { defaultImage: 'host' }),
  },
  {
    slug: 'docs',
    triggers: [{ event: 'push', branches: ['*'], paths: ['docs/**'] }],
    pipeline: () => pipeline([sh('ls docs')], { defaultImage: 'host' }),
  },
  {
    slug: 'release',
    triggers: [{ event: 'push', tags: ['v*'] }],
    pipeline: () => pipeline([sh('test "$HARMONT_TAG" = v1.0')], { defaultImage: 'host' }),
  },
]
`

let bitbucket: BitbucketDouble
let product: Product
let repository: BitbucketRepository
let person: BitbucketUser
beforeAll(async () => {
  bitbucket = await startBitbucket()
  product = await startProduct({ ...bitbucket.environment, HARMONT_RATE_LIMITS: 'off' })
  bitbucket.deliverTo(product.server().url)
  person = bitbucket.addUser('ada')
  repository = bitbucket.addRepository(bitbucket.addWorkspace('acme', [person]), 'core')
  await bitbucket.push(
    repository,
    { main: { '.hm/ci.ts': pipelines('cat a.txt || test $HARMONT_ATTEMPT = 2'), 'a.txt': 'one\n' } },
    person,
  )
  const { url } = await ask<{ url: string }>('GET', '/organizations/default/bitbucket/oauth-url')
  await ask('POST', '/integrations/bitbucket/connect', bitbucket.agree(url, person))
  await until(slugs, (found) => found.join() === 'acme-core-ci,acme-core-docs,acme-core-release')
})
afterAll(async () => {
  await product?.remove()
  await bitbucket?.stop()
})

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const { url } = product.server()
  const response = await fetch(`${url}/api/v0${path}`, {
    method,
    headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (response.status === 204 ? undefined : await response.json()) as T
}

const slugs = async () =>
  (await ask<{ data: { slug: string }[] }>('GET', '/organizations/default/pipelines')).data
    .map(({ slug }) => slug)
    .toSorted()

/** Returns the states of the commit status of that name, once it is final. */
async function words(commit: string, name: string): Promise<readonly unknown[]> {
  const sent = () => (repository.statuses.get(commit) ?? []).filter((each) => each.name === name)
  const over = await until(sent, (all) => all.at(-1)?.state !== undefined && all.at(-1)?.state !== 'INPROGRESS')
  expect(new Set(over.map(({ key }) => key)).size).toBe(1)
  return over.map(({ state }) => state)
}

/** A report of a failed test in line 7 of a file of the repository. */
const failing = {
  'tests/cart.test.js': '\n'.repeat(9),
  'junit.xml':
    '<testsuite name="cart"><testcase name="rounds" classname="cart"><failure message="got 1">tests/cart.test.js:7</failure></testcase></testsuite>',
}

test('a green and a red push each lead to a final build status and a report, with an annotation for each failed test', async () => {
  const good = await bitbucket.push(repository, { main: { 'a.txt': 'two\n' } }, person)
  const [passed = ''] = good.commits
  expect((await words(passed, 'harmont/acme-core-ci')).at(-1)).toBe('SUCCESSFUL')
  const bad = await bitbucket.push(repository, { main: { 'a.txt': null, ...failing } }, person)
  const [failed = ''] = bad.commits
  expect(await words(failed, 'harmont/acme-core-ci')).toEqual(expect.arrayContaining(['INPROGRESS', 'FAILED']))
  const report = await until(
    () => repository.reports.get(failed)?.at(-1),
    (sent) => sent?.result === 'FAILED',
  )
  expect(report?.details).toContain('a.txt: No such file')
  expect(report?.link).toBe(`${product.server().url}/default/pipelines/acme-core-ci/builds/2`)
  const annotations = () => [...(repository.annotations.get(`${failed} ${report?.id}`)?.values() ?? [])]
  expect(await until(annotations, (all) => all.length > 0)).toMatchObject([
    { path: 'tests/cart.test.js', line: 7, summary: 'cart › rounds: got 1', result: 'FAILED' },
  ])
  // The second attempt passes, so the annotations of the first must disappear.
  await ask('POST', `${ci}/builds/2/retry`)
  await until(
    () => repository.reports.get(failed)?.at(-1),
    (sent) => sent?.result === 'PASSED',
  )
  expect(annotations()).toEqual([])
  expect(bitbucket.violations).toEqual([])
  await bitbucket.push(repository, { main: { 'a.txt': 'three\n', 'junit.xml': null } }, person)
})

test('G128 a delivery with two branches and a tag builds each ref by its path filters and reports skipped pipelines as passed', async () => {
  const { commits } = await bitbucket.push(
    repository,
    { first: { 'docs/a.md': 'x', 'a.txt': '1\n' }, second: { 'a.txt': '2\n' }, 'refs/tags/v1.0': { 'a.txt': '3\n' } },
    person,
  )
  const [first = '', second = '', tag = ''] = commits
  for (const commit of [first, second]) expect((await words(commit, 'harmont/acme-core-ci')).at(-1)).toBe('SUCCESSFUL')
  expect((await words(tag, 'harmont/acme-core-release')).at(-1)).toBe('SUCCESSFUL')
  const docs = 'harmont/acme-core-docs'
  expect((await words(first, docs)).at(-1)).toBe('SUCCESSFUL')
  const { commits: later } = await bitbucket.push(repository, { first: { 'a.txt': '4\n' } }, person)
  expect(await words(later[0] ?? '', docs)).toEqual(['SUCCESSFUL'])
  const report = await until(() => repository.reports.get(later[0] ?? '')?.find(({ title }) => title === docs))
  expect(report).toMatchObject({ result: 'PASSED', details: expect.stringContaining('matches `docs/**`.') })
  expect(bitbucket.violations).toEqual([])
})

test('a pull request is built at its full commit, although the event has only a prefix, with its own status', async () => {
  const { commits } = await bitbucket.push(repository, { topic: { 'a.txt': 'topic\n' } }, person)
  const [commit = ''] = commits
  await words(commit, 'harmont/acme-core-ci')
  await bitbucket.openPullRequest(repository, 'topic', person)
  expect((await words(commit, 'harmont/acme-core-ci (pull request)')).at(-1)).toBe('SUCCESSFUL')
  const { data } = await ask<{ data: { pull_request: unknown }[] }>(
    'GET',
    '/organizations/default/pipelines/acme-core-ci/builds',
  )
  expect(data[0]?.pull_request).toMatchObject({ number: 1, url: `${bitbucket.url}/acme/core/pull-requests/1` })
  expect(bitbucket.violations).toEqual([])
})

interface Build {
  readonly number: number
  readonly state: string
  readonly wait_reason: string | null
  readonly error_code: string | null
  readonly error_message: string | null
}

const ci = '/organizations/default/pipelines/acme-core-ci'

const builds = async () => (await ask<{ data: Build[] }>('GET', `${ci}/builds`)).data

/** Returns the newest build of the pipeline after `cause`, once it is as wanted. */
async function next(cause: () => Promise<unknown>, isIt: (build: Build) => boolean): Promise<Build> {
  const before = (await builds())[0]?.number ?? 0
  await cause()
  const [build] = await until(builds, ([first]) => first !== undefined && first.number > before && isIt(first))
  if (build === undefined) throw new Error('no build')
  return build
}

/** Builds it again. A pipeline that cannot be rendered fails at once. */
const rebuild = ({ number }: Build) =>
  ask('POST', `${ci}/builds/${number}/rebuild`, {}).catch((error: Error) => {
    if (!error.message.includes('build_plan_rejected')) throw error
  })
const isOver = ({ state }: Build) => state === 'passed' || state === 'failed'

test('a fork waits for approval, is fetched from its own repository, sees no secret and has its status there', async () => {
  await ask('POST', '/organizations/default/secrets', { name: 'token', value: 'a-value-that-no-fork-may-see' })
  const fork = bitbucket.fork(repository, repository.workspace, { isPrivate: true, slug: 'core-of-eve' })
  const code = pipelines('test -z "$TOKEN" && cat a.txt').replace(
    "{ label: 'unit' }",
    "{ label: 'unit', secrets: { TOKEN: 'token' } }",
  )
  const { commits } = await bitbucket.push(fork, { theirs: { '.hm/ci.ts': code, 'a.txt': 'theirs\n' } }, person)
  const [commit = ''] = commits
  const eve = bitbucket.addUser('eve')
  const { number } = await next(
    () => bitbucket.openPullRequest(repository, 'theirs', eve, { number: 2, from: fork }),
    ({ wait_reason }) => wait_reason === 'approval',
  )
  await ask('POST', `${ci}/builds/${number}/approve`)
  const [built] = await until(builds, ([first]) => first !== undefined && isOver(first))
  expect(built).toMatchObject({ number, state: 'passed' })
  const told = () => fork.statuses.get(commit)?.at(-1)
  await until(told, (status) => status?.state === 'SUCCESSFUL')
  expect(repository.statuses.has(commit)).toBe(false)
})

test("a stranger's public fork is built; a private one is built after its owner grants the requested access", async () => {
  await ask('PATCH', ci, { fork_policy: 'always' })
  const stranger = bitbucket.addUser('stranger')
  const theirs = bitbucket.addWorkspace('strangers', [stranger])
  const open = bitbucket.fork(repository, theirs, { isPrivate: false })
  await bitbucket.push(open, { theirs: { 'a.txt': 'open\n' } }, stranger)
  const built = await next(
    () => bitbucket.openPullRequest(repository, 'theirs', stranger, { number: 3, from: open }),
    isOver,
  )
  expect(built.state).toBe('passed')

  const hidden = bitbucket.fork(repository, theirs, { isPrivate: true, slug: 'hidden' })
  await bitbucket.push(hidden, { theirs: { 'a.txt': 'hidden\n' } }, stranger)
  const refused = await next(
    () => bitbucket.openPullRequest(repository, 'theirs', stranger, { number: 4, from: hidden }),
    isOver,
  )
  expect([refused.state, refused.error_code]).toEqual(['failed', 'fork_source_cross_namespace'])
  expect(refused.error_message).toContain('strangers/hidden')
  theirs.owners.push(person)
  // Only a prefix of that commit's id is known, and another commit may share it.
  expect(await next(() => rebuild(refused), isOver)).toMatchObject({ error_code: 'fork_source_cross_namespace' })
  const update = () => bitbucket.updatePullRequest(repository, 'theirs', stranger, { number: 4, from: hidden })
  const readable = await next(update, isOver)
  expect(readable.state).toBe('passed')
  theirs.owners.pop()
  expect(await next(() => rebuild(readable), isOver)).toMatchObject({ error_code: 'fork_source_cross_namespace' })
  theirs.owners.push(person)
  expect(await next(() => rebuild(readable), isOver)).toMatchObject({ state: 'passed' })
})

test('a deleted fork and a missing commit of a fork are reported', async () => {
  const makeFork = () => bitbucket.fork(repository, repository.workspace, { isPrivate: true, slug: 'lost' })
  const from = makeFork()
  await bitbucket.push(from, { theirs: { 'a.txt': 'lost\n' } }, person)
  const open = () => bitbucket.openPullRequest(repository, 'theirs', person, { number: 5, from })
  const built = await next(open, isOver)
  expect(built.state).toBe('passed')
  bitbucket.removeRepository(from)
  const update = () => bitbucket.updatePullRequest(repository, 'theirs', person, { number: 5, from })
  const unfetchable = (words: string) => ({
    error_code: 'fork_source_unfetchable',
    error_message: expect.stringContaining(words),
  })
  expect(await next(update, isOver)).toMatchObject(unfetchable('its fork was removed'))
  expect(await next(() => rebuild(built), isOver)).toMatchObject(unfetchable('no longer exists'))
  makeFork()
  expect(await next(() => rebuild(built), isOver)).toMatchObject(unfetchable('does not have it'))
  expect(bitbucket.violations).toEqual([])
})
