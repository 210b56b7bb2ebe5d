/** Discoveries of repositories at GitHub and Bitbucket doubles. The tests render for the runner. */
import { randomUUID } from 'node:crypto'
import { createLocalPort } from '@harmont/engine'
import { startBitbucket } from '@harmont/outside/bitbucket'
import { startGithub } from '@harmont/outside/github'
import { until } from '@harmont/test-kit/until'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import { ir } from '../../testing/runner.ts'
import { testServer } from '../../testing/server.ts'
import { waitingForLocks } from '../../testing/waiting-for-locks.ts'
import { endDiscovery, lockRepository } from './store.ts'

const publicUrl = 'http://localhost:4000'
const [github, bitbucket] = await Promise.all([startGithub({ publicUrl }), startBitbucket()])
github.webhooks.hold()
const it = testServer({ ...github.environment, ...bitbucket.environment, HARMONT_PUBLIC_URL: publicUrl })
beforeAll(() => bitbucket.deliverTo(it.server.url))
afterAll(() => Promise.all([github.stop(), bitbucket.stop()]))
afterEach(() => expect([...github.violations, ...bitbucket.violations]).toEqual([]))

const query = async <T extends object>(text: string, values: readonly unknown[]) =>
  (await it.server.pool.query<T>(text, [...values])).rows

/** Ends the rendering that a discovery has started, and returns the discovery's id. */
async function endRendering(result: Parameters<ReturnType<typeof port>['rendered']>[2]): Promise<string> {
  const { store } = it.server.engine
  const [lease] = await until(
    () => store.leases.take('test-runner', 1, store.now()),
    (leases) => leases.length > 0,
  )
  if (lease === undefined) throw new Error('nothing is to be rendered')
  await port().started(lease, new Date())
  await port().rendered(lease, new Date(), result)
  return lease.buildId
}

function port() {
  const unasked = () => Promise.reject(new Error('nothing of the kind is needed'))
  return createLocalPort({
    store: it.server.engine.store,
    sources: { offer: unasked },
    secrets: { of: unasked },
    log: () => {},
  })
}

const stateOf = (id: string) =>
  until(
    async () => (await query<{ state: string }>('select state from discoveries where id = $1', [id]))[0]?.state,
    (state) => state !== 'rendering',
  )

const found = (...slugs: readonly string[]) => {
  const nightly = [{ event: 'schedule', cron: '0 3 * * *', timezone: 'Europe/Berlin' }]
  const pipelines = slugs.map((slug) => ({
    ...{ slug, name: slug, allow_manual: true, file: '.hm/ci.ts' },
    triggers: slug === 'nightly' ? nightly : [],
  }))
  return { ok: true, ir: ir({ key: 'discovery', cmd: JSON.stringify({ pipelines, errors: [] }) }) } as const
}

/** Renders these pipelines for the discovery that has started, and returns its end. */
const render = async (...slugs: readonly string[]) => stateOf(await endRendering(found(...slugs)))

/** Creates an organization whose member has an account at GitHub with a repository `app`. */
async function newPlace() {
  const name = `acme-${randomUUID().slice(0, 8)}`
  const { id, token, organization } = await it.newUser(name)
  const account = github.addUser(name)
  await query("insert into identities (id, user_id, provider, subject) values (gen_random_uuid(), $1, 'github', $2)", [
    id,
    String(account.id),
  ])
  const base = `/api/v0/organizations/${organization}`
  const newRepository = async () => {
    const made = github.addRepository(account, 'app')
    await github.push(made, { a: '1' })
    return made
  }
  const repository = await newRepository()
  const installation = await github.install(account, [repository], account, { silent: true })
  const installations = `${base}/github/installations`
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await it.request(token, method, path, body)
    expect([path, answer.status < 300]).toEqual([path, true])
    return answer.body
  }
  return {
    ...{ name, base, account, repository, installation, newRepository, ask },
    connect: () => ask('POST', installations, { installation_id: installation.id }),
    disconnect: () => ask('DELETE', `${installations}/${installation.id}`),
    sync: () => ask('POST', `${installations}/${installation.id}/sync`),
    async connectBitbucket() {
      const person = bitbucket.addUser(name)
      const mirror = bitbucket.addRepository(bitbucket.addWorkspace(name, [person]), 'app')
      await bitbucket.push(mirror, { main: { a: '1' } }, person)
      const { url } = await ask('GET', `${base}/bitbucket/oauth-url`)
      await ask('POST', '/api/v0/integrations/bitbucket/connect', bitbucket.agree(String(url), person))
      await until(() => mirror.hooks.length === 1)
      return { mirror, push: (a: string) => bitbucket.push(mirror, { main: { a } }, person) }
    },
    discoveries: async () =>
      (
        await query<{ state: string }>(
          'select state from discoveries where forge_repository_id = $1 order by position',
          [String(repository.id)],
        )
      ).map(({ state }) => state),
    /** Names of a repository's pipelines in its code, each with its repository's name. */
    named: async (of: { readonly id: number } | { readonly uuid: string }) =>
      Object.fromEntries(
        (
          await query<{ source_slug: string; repo_name: string | null }>(
            'select source_slug, repo_name from pipelines where forge_repository_id = $1 order by source_slug',
            ['id' in of ? String(of.id) : of.uuid],
          )
        ).map(({ source_slug, repo_name }) => [source_slug, repo_name]),
      ),
  }
}

test('a repository that was deleted and created again has pipelines of the same names', async () => {
  const { name, account, repository, installation, newRepository, connect, sync, named } = await newPlace()
  await connect()
  expect(await render('ci')).toBe('applied')
  expect(await named(repository)).toEqual({ ci: `${name}/app` })
  await github.renameRepository(repository, 'deleted', account)
  installation.repositories.delete(repository)
  const again = await newRepository()
  installation.repositories.add(again)
  await sync()
  expect(await render('ci', 'extra')).toBe('applied')
  expect(await named(again)).toEqual({ ci: `${name}/app`, extra: `${name}/app` })
  expect(await named(repository)).toEqual({ ci: null })
})

test('the pipelines of a renamed repository follow it when another one has taken its name', async () => {
  const { name, account, repository, installation, newRepository, connect, sync, named } = await newPlace()
  await connect()
  expect(await render('ci', 'docs')).toBe('applied')
  await github.renameRepository(repository, 'old', account)
  const other = await newRepository()
  installation.repositories.add(other)
  await sync()
  expect(await render('ci')).toBe('applied')
  expect(await named(other)).toEqual({ ci: `${name}/app` })
  expect(await named(repository)).toEqual({ ci: `${name}/old`, docs: `${name}/old` })
})

test('of two repositories of one name at two forges, the second names its pipelines when the first is gone', async () => {
  const { name, repository, installation, connect, connectBitbucket, sync, named } = await newPlace()
  await connect()
  expect(await render('ci')).toBe('applied')
  const { mirror, push } = await connectBitbucket()
  expect(await render('ci', 'extra')).toBe('applied')
  expect(await named(mirror)).toEqual({ ci: null, extra: `${name}/app` })
  await push('2')
  expect(await render('ci', 'extra')).toBe('applied')
  expect(await named(mirror)).toEqual({ ci: null, extra: `${name}/app` })
  expect(await named(repository)).toEqual({ ci: `${name}/app` })
  installation.repositories.delete(repository)
  await sync()
  await push('3')
  expect(await render('ci', 'extra')).toBe('applied')
  expect(await named(mirror)).toEqual({ ci: `${name}/app`, extra: `${name}/app` })
  expect(await named(repository)).toEqual({ ci: null })
})

test('a pipeline without a name in the code is adopted although its repository has a namesake at another forge', async () => {
  const { name, base, repository, connect, connectBitbucket, ask, named } = await newPlace()
  await connectBitbucket()
  expect(await render('ci')).toBe('applied')
  const { slug } = await ask('POST', `${base}/pipelines`, {
    ...{ name: '1st', repository: `${name}/app`, default_branch: 'main' },
  })
  await connect()
  expect(await render('ci')).toBe('applied')
  expect(await named(repository)).toEqual({ ci: null })
  expect(await ask('GET', `${base}/pipelines/${slug}`)).toMatchObject({ managed_by_code: true, source_slug: 'ci' })
})

test('a pipeline that a person archived keeps the schedules of its code, which count when it is restored', async () => {
  const { name, base, repository, connect, sync, ask } = await newPlace()
  await connect()
  expect(await render('nightly')).toBe('applied')
  const path = `${base}/pipelines/${name}-app-nightly`
  await ask('PATCH', path, { archived: true })
  await github.push(repository, { a: '2' })
  await sync()
  expect(await render('nightly')).toBe('applied')
  const { pool, engine } = it.server
  const due = async () => {
    await pool.query("update schedules set next_at = now() - interval '1 hour'")
    await pool.query("select graphile_worker.add_job('run_schedules')")
    const open = "select from graphile_worker.jobs where task_identifier in ('run_schedules', 'build_scheduled')"
    await until(async () => (await pool.query(open)).rowCount === 0)
    return (await ask('GET', `${path}/builds`)) as { data: { id: string; source: string }[] }
  }
  expect((await due()).data).toEqual([])
  await ask('PATCH', path, { archived: false })
  const { data: builds } = await due()
  expect(builds).toMatchObject([{ source: 'schedule' }])
  for (const { id } of builds) await engine.store.builds.apply(id, [{ type: 'cancel', at: Date.now() }])
})

test('a sync repeats a discovery that failed, and none that was applied', async () => {
  const { name, repository, connect, sync, discoveries, named } = await newPlace()
  await connect()
  const lost = { ok: false, code: 'render_failed', message: 'The machine was lost.' } as const
  expect(await stateOf(await endRendering(lost))).toBe('failed')
  await sync()
  expect(await render('ci')).toBe('applied')
  expect(await named(repository)).toEqual({ ci: `${name}/app` })
  await sync()
  const open = "select from graphile_worker.jobs where task_identifier = 'discover'"
  await until(async () => (await it.server.pool.query(open)).rowCount === 0)
  expect(await discoveries()).toEqual(['failed', 'applied'])
})

test('a discovery that ended while the repository was disconnected is repeated when it is connected again', async () => {
  const { name, repository, connect, disconnect, discoveries, named } = await newPlace()
  await connect()
  await until(async () => (await discoveries()).length === 1)
  await disconnect()
  expect(await render('ci')).toBe('superseded')
  await connect()
  expect(await render('ci')).toBe('applied')
  expect(await named(repository)).toEqual({ ci: `${name}/app` })
  expect(await discoveries()).toEqual(['superseded', 'applied'])
})

/** Keeps a repository's discoveries from starting and ending, until `goOn` ends this one. */
async function heldDiscovery({ id }: { readonly id: number }) {
  const client = await it.server.pool.connect()
  onTestFinished(() => client.release(true))
  await client.query('begin')
  const [row] = await query<Parameters<typeof lockRepository>[1] & { readonly id: string }>(
    'select * from discoveries where forge_repository_id = $1',
    [String(id)],
  )
  if (row === undefined) throw new Error('no discovery has started')
  await lockRepository(client, row)
  return async (state: 'rendering' | 'superseded', waiting: number) => {
    await until(async () => (await waitingForLocks(it.server.pool)) === waiting)
    await endDiscovery(client, row.id, state, [])
    await client.query('commit')
  }
}

test('a discovery is repeated when the repository is connected again just before the first one ends', async () => {
  const { repository, connect, disconnect, discoveries } = await newPlace()
  await connect()
  await until(async () => (await discoveries()).length === 1)
  const goOn = await heldDiscovery(repository)
  await disconnect()
  await connect()
  await goOn('superseded', 1)
  await until(async () => (await discoveries()).length === 2)
  const first = await render('ci')
  expect([first, await render('ci')].toSorted()).toEqual(['applied', 'superseded'])
})

test('a discovery is applied when the repository is connected again just before it ends', async () => {
  const { repository, connect, disconnect, discoveries } = await newPlace()
  await connect()
  await until(async () => (await discoveries()).length === 1)
  const goOn = await heldDiscovery(repository)
  await disconnect()
  await endRendering(found('ci'))
  await connect()
  await goOn('rendering', 2)
  await until(async () => (await discoveries())[0] !== 'rendering')
  expect(await discoveries()).toEqual(['applied'])
})
