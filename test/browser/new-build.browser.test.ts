/** Starts builds by hand with a real server, real sandboxes, a GitHub double and a real browser. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Github, type Repository, startGithub } from '@harmont/outside/github'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packFolder } from '../product.ts'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'

let app: App
let page: Page
let archives: Server
let github: Github
beforeAll(async () => {
  archives = await serveArchives()
  github = await startGithub({ publicUrl: 'http://localhost' })
  github.webhooks.hold()
  app = await startApp({ ...github.environment, HARMONT_SOURCE_URL_ALLOW: '127.0.0.1' })
  page = await app.openAsOwner()
})
afterAll(async () => {
  archives?.close()
  await app?.stop()
  await github?.stop()
})

const program = `import { pipeline, sh } from '@harmont/hm'
  export default [{ slug: 'by-hand', pipeline: () => pipeline([sh('echo "$GREETING"')], { defaultImage: 'host' }) }]`

/** `/good.tgz` has a pipeline file with the pipeline `by-hand`; `/bad.tgz` has an invalid one. */
async function serveArchives(): Promise<Server> {
  const files = new Map(
    Object.entries({ '/good.tgz': program, '/bad.tgz': 'export default [{' }).map(([path, code]) => {
      const folder = mkdtempSync('/var/tmp/harmont-archive-')
      mkdirSync(join(folder, '.hm'))
      writeFileSync(join(folder, '.hm', 'pipeline.ts'), code)
      const packed = Buffer.from(packFolder(folder), 'base64')
      rmSync(folder, { recursive: true })
      return [path, packed] as const
    }),
  )
  const server = createServer(({ url = '' }, response) => response.end(files.get(url)))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}

const eventually = <T>(read: () => Promise<T>) => expect.poll(read)

const archive = (name: string) => `http://127.0.0.1:${(archives.address() as AddressInfo).port}/${name}`

const newPipeline = (name: string, repository: string) =>
  app.product.api.ensurePipeline({ name, repository: `https://github.com/${repository}`, default_branch: 'main' })

const search = () => Object.fromEntries(new URL(page.url()).searchParams)

/** Connects a repository that contains `program`. */
async function connectRepository(): Promise<Repository> {
  const octocat = github.addUser('octocat')
  const repository = github.addRepository(octocat, 'core')
  await github.push(repository, { '.hm/pipeline.ts': program })
  const { id } = await github.install(octocat, [repository], octocat, { silent: true })
  await app.product.pool.query(
    "insert into identities (id, user_id, provider, subject) select gen_random_uuid(), user_id, 'github', $1 from memberships",
    [String(octocat.id)],
  )
  const installations = `${app.product.server().url}/api/v0/organizations/default/github/installations`
  const headers = { authorization: `Bearer ${app.product.token}` }
  for (const [url, data] of [
    [installations, { installation_id: id }],
    [`${installations}/${id}/sync`, {}],
  ] as const)
    expect((await page.request.post(url, { headers, data })).ok()).toBe(true)
  return repository
}

test('web P5 a new build is started by keyboard alone, with variables, and a resent request makes one build', async () => {
  await newPipeline('by-hand', 'acme/by-hand')
  await page.goto(`${app.origin}/default/pipelines/by-hand`)
  await page.getByText('No builds yet').waitFor()
  await page.keyboard.press('n')
  const dialog = page.getByRole('dialog', { name: 'New build' })
  await dialog.getByText('The repository acme/by-hand is not connected').waitFor()
  expect(search()).toEqual({ 'new-build': 'true' })
  await expectAccessible(page)

  // The only remaining source has the focus on its radio button; branch, commit and URL follow.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.type(archive('bad.tgz'))
  await page.keyboard.press('Enter')
  const rejected = dialog.getByRole('link', { name: /Build #1 has its log/ })
  await rejected.waitFor()
  expect(await rejected.getAttribute('href')).toBe('/default/pipelines/by-hand/builds/1')

  const address = dialog.getByLabel('URL of the archive')
  await address.fill(archive('good.tgz'))
  await dialog.getByLabel('Variables').fill('GREETING=hello from the page')
  await address.focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/builds/2**')
  const builds = await app.product.api.listBuilds('by-hand')
  expect(builds.map(({ number, source }) => [number, source])).toEqual([
    [2, 'ui'],
    [1, 'ui'],
  ])
  const printed = async () => {
    const [job] = await app.product.api.listJobs('by-hand', 2)
    return job?.finished_at == null ? '' : app.product.api.readLog(job.id)
  }
  await eventually(printed).toBe('hello from the page\n')
})

test('web P5 the files of the previous build can be built again, and the page reports disabled manual builds', async () => {
  await page.goto(`${app.origin}/default/pipelines/by-hand?new-build=1`)
  const dialog = page.getByRole('dialog', { name: 'New build' })
  await dialog.getByLabel('The files of build #2 again').check()
  await dialog.getByRole('button', { name: 'Start build' }).dblclick()
  await page.waitForURL('**/builds/3**')
  expect(await app.product.api.listBuilds('by-hand')).toHaveLength(3)

  await page.goto(`${app.origin}/default/pipelines/by-hand/settings`)
  await page.getByLabel('Manual builds').uncheck()
  await page.getByLabel('Description').fill('Started by people')
  await page.getByRole('button', { name: 'Save settings' }).click()
  await page.getByText('Settings saved').waitFor()
  await page.getByRole('link', { name: 'Back to the pipeline' }).click()
  await page.getByText('Started by people').waitFor()
  const button = page.getByRole('button', { name: 'New build' })
  expect(await button.getAttribute('aria-disabled')).toBe('true')
  await page.getByText('Manual builds are off. Only triggers start this pipeline.').waitFor()
})

test("web P5 without a commit the branch's newest commit is built, and the forge's error appears at the branch", async () => {
  const repository = await connectRepository()
  const slug = await newPipeline('of-head', 'octocat/core')
  const { commit } = await github.push(repository, { '.hm/pipeline.ts': program.replace('by-hand', 'of-head') })
  await page.goto(`${app.origin}/default/pipelines`)
  await page.getByRole('list', { name: 'Pipelines' }).getByText('of-head', { exact: true }).waitFor()
  // The first press focuses the rows, and the second starts a build of the focused pipeline.
  await page.keyboard.press('n')
  await eventually(() => page.evaluate('document.activeElement.matches("[data-row-link]")')).toBe(true)
  while ((await page.evaluate('document.activeElement.innerText')) !== 'of-head') await page.keyboard.press('j')
  await page.keyboard.press('n')
  const dialog = page.getByRole('dialog', { name: 'New build' })
  await dialog.getByLabel('A commit of octocat/core').waitFor()
  expect(await dialog.getByRole('textbox', { name: 'Commit' }).getAttribute('placeholder')).toBe(
    'The newest commit of the branch',
  )
  await expectAccessible(page)

  await dialog.getByLabel('Branch').fill('nothing-there')
  await dialog.getByRole('button', { name: 'Start build' }).click()
  await dialog.getByText('must be a branch of octocat/core: GitHub has no branch of this name').waitFor()
  expect(await dialog.getByLabel('Branch').getAttribute('aria-invalid')).toBe('true')
  expect(await dialog.getByRole('alert').count()).toBe(1)

  await dialog.getByLabel('Branch').fill('main')
  github.misbehave({ on: /git\/ref/, how: '502' })
  await dialog.getByRole('button', { name: 'Start build' }).click()
  await dialog.getByText('Could not get the newest commit of the branch from GitHub').waitFor()
  await dialog.getByRole('button', { name: 'Start build' }).click()
  await page.waitForURL(`**/pipelines/${slug}/builds/1**`)
  expect(await app.product.api.listBuilds(slug)).toMatchObject([{ number: 1, commit, branch: 'main', source: 'ui' }])
  await eventually(async () => (await app.product.api.listBuilds(slug))[0]?.state).toBe('passed')
})
