/** Tests pipelines and lists of builds with a real server, real builds and a real browser. */

import type { components } from '@harmont/contract'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flatIr } from '../product.ts'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'

type Schemas = components['schemas']

let app: App
let page: Page
beforeAll(async () => {
  app = await startApp()
  page = await app.openAsOwner()
})
afterAll(async () => {
  await app?.stop()
})

const eventually = <T>(read: () => Promise<T>) => expect.poll(read)

const newPipeline = (name: string) =>
  app.product.api.ensurePipeline({ name, repository: `https://github.com/acme/${name}`, default_branch: 'main' })

async function createPipeline(body: Schemas['CreatePipelineRequest']): Promise<Schemas['Pipeline']> {
  const answer = await page.request.post(`${app.product.server().url}/api/v0/organizations/default/pipelines`, {
    headers: { authorization: `Bearer ${app.product.token}` },
    data: body,
  })
  expect(answer.status()).toBe(201)
  return answer.json()
}

/** Changes settings as another person would, and returns the pipeline. */
async function changePipeline(slug: string, data: Schemas['UpdatePipelineRequest']): Promise<Schemas['Pipeline']> {
  const answer = await page.request.patch(
    `${app.product.server().url}/api/v0/organizations/default/pipelines/${slug}`,
    {
      headers: { authorization: `Bearer ${app.product.token}` },
      data,
    },
  )
  expect(answer.status()).toBe(200)
  return answer.json()
}

function build(pipeline: string, command: string, more: Partial<Schemas['CreateBuildRequest']> = {}) {
  const pipeline_ir = flatIr([{ key: 'test', label: 'unit tests', cmd: command }])
  const commit = 'c0ffee00'.repeat(5)
  return app.product.api.createBuild(pipeline, { branch: 'main', commit, pipeline_ir, ...more })
}

/** Holds the answer of the next request, from when the server has given it (`isRead`) until `go`. */
async function holdRead(url: RegExp): Promise<{ readonly isRead: Promise<void>; go(): void }> {
  const [read, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await page.route(
    url,
    async (route) => {
      const response = await route.fetch()
      read.resolve()
      await held.promise
      await route.fulfill({ response })
    },
    { times: 1 },
  )
  return { isRead: read.promise, go: held.resolve }
}

/** Returns the titles of the mounted builds. */
const rows = () => page.getByRole('list', { name: 'Builds' }).locator('[data-row-link]').allInnerTexts()

const search = () => Object.fromEntries(new URL(page.url()).searchParams)
/** A value that a reload would lose. */
const mark = () => page.evaluate('globalThis.isSamePage = true')
const isSamePage = () => page.evaluate('globalThis.isSamePage === true')

test('web F3 web P2 an organization without a build lists the commands, and its first build appears without a reload', async () => {
  await page.goto(`${app.origin}/default`)
  const list = page.getByRole('region', { name: 'Getting started' })
  await list.getByText('0 of 6 done').waitFor()
  await list.getByText(`hm config set cloud.api_url ${app.origin}`, { exact: true }).waitFor()
  await expectAccessible(page)
  await mark()

  await newPipeline('first')
  await build('first', 'sleep 1; exit 3')
  const row = page.getByRole('list', { name: 'Pipelines' }).getByRole('listitem').filter({ hasText: 'acme/first' })
  await row.getByText(/failed on main .*: unit tests/).waitFor()
  await row.getByRole('link', { name: /^#1 failed unit tests on main in / }).waitFor()
  await list.getByText(/[45] of 6 done/).waitFor()
  expect(await isSamePage()).toBe(true)

  await list.getByRole('button', { name: 'Dismiss' }).click()
  await list.waitFor({ state: 'detached' })
  await expectAccessible(page)
})

test('web P2 the server applies filters, search and order, the address contains them, and an empty list names its reason', async () => {
  await newPipeline('second')
  await build('second', 'true')
  await newPipeline('untouched')
  await page.goto(`${app.origin}/default/pipelines`)
  const names = async () => page.getByRole('list', { name: 'Pipelines' }).locator('[data-row-link]').allInnerTexts()
  await eventually(names).toEqual(expect.arrayContaining(['first', 'second', 'untouched']))
  await page.getByRole('button', { name: 'Failing', exact: true }).click()
  await eventually(names).toEqual(['first'])
  expect(search()).toEqual({ state: 'failing' })
  await page.getByRole('button', { name: 'Never built' }).click()
  await eventually(names).toEqual(['untouched'])
  await page.goBack()
  await eventually(names).toEqual(['first'])
  await page.keyboard.press('/')
  await page.keyboard.type('sec')
  await page.getByText('Searched names and repositories for “sec” among those that fail').waitFor()
  await page.getByRole('button', { name: 'Clear the search' }).click()
  await page.getByLabel('Sort by').selectOption('name')
  await eventually(names).toEqual(['first', 'second', 'untouched'])
  expect(search()).toEqual({ sort: 'name' })
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { level: 1 }).click()
  for (const key of ['j', 'j']) await page.keyboard.press(key)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/pipelines/second')
})

test('web P4 the server applies filters, the address contains them, and Back restores list and position', async () => {
  await build('second', 'true', { branch: 'topic', message: 'Mend the roof' })
  await build('second', 'exit 1', { branch: 'topic', message: 'Break the roof' })
  await page.goto(`${app.origin}/default/builds`)
  await eventually(rows).toHaveLength(4)
  await page.getByRole('button', { name: 'Failed' }).click()
  await eventually(rows).toEqual(['Break the roof', 'main'])
  await page.keyboard.press('/')
  await page.keyboard.type('roof')
  await eventually(rows).toEqual(['Break the roof'])
  // The search `r` alone finds the same row.
  await expect.poll(search).toEqual({ state: 'failed,failing', q: 'roof' })
  await expectAccessible(page)

  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/pipelines/second/builds/3**')
  await page.goBack()
  await eventually(rows).toEqual(['Break the roof'])
  await page.goBack()
  await eventually(rows).toEqual(['Break the roof', 'main'])
  await page.goBack()
  await eventually(rows).toHaveLength(4)

  await page.goto(`${app.origin}/default/builds?branch=nowhere&state=passed`)
  await page.getByRole('button', { name: /Clear branch nowhere.*hides every build/ }).click()
  await eventually(rows).toHaveLength(2)
  expect(search()).toEqual({ state: 'passed' })
})

test('web P3 the page of a pipeline shows insights of its default branch, in numbers and as a table', async () => {
  await page.goto(`${app.origin}/default/pipelines/first`)
  await page.getByText('0 of 1 on main').waitFor()
  await page.getByText('As a table').click()
  await page.getByRole('table').getByText('unit tests').waitFor()
  await page.getByRole('link', { name: 'commit c0ffee0' }).waitFor()
  await expectAccessible(page)
})

test('web P8 the page of a pipeline links to its lost time: each loss with its share, the longest first', async () => {
  await page.goto(`${app.origin}/default/pipelines/untouched/time`)
  await page.getByRole('heading', { name: 'No builds measured yet' }).waitFor()
  await page.goto(`${app.origin}/default/pipelines/second`)
  await page.getByRole('link', { name: 'Where the time goes' }).click()
  await page.getByRole('heading', { level: 1, name: 'Time of second' }).waitFor()
  const table = page.getByRole('table', { name: 'Time lost, longest first' })
  const readTime = async (): Promise<Schemas['PipelineTime']> => {
    const answer = await page.request.get(`${app.origin}/api/v0/organizations/default/pipelines/second/time?days=7`)
    return answer.json()
  }
  // The three builds ended in earlier tests, and are measured soon after.
  await eventually(async () => (await readTime()).builds).toBe(3)
  const { parts } = await readTime()
  await page.reload()
  await page.getByText(/^3 builds took .* was not work of a command\./).waitFor()
  const lost = parts.filter(({ kind, ms }) => kind !== 'command' && ms > 0).sort((a, b) => b.ms - a.ms)
  const rows = await table.locator('tbody tr').evaluateAll((all) => all.map((one) => one.textContent))
  expect(rows).toHaveLength(lost.length)
  const bars = await table.locator('td span[aria-hidden]').evaluateAll((all) => all.map((one) => one.style.width))
  expect(bars.map(Number.parseFloat)).toEqual(bars.map(Number.parseFloat).toSorted((a, b) => b - a))
  expect(bars[0]).toBe('100%')
  await table.getByRole('cell', { name: 'Making sandboxes' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('radio', { name: '30 days' }).check({ force: true })
  await page.waitForURL('**/time?days=30')
  await page.getByText(/^3 builds took /).waitFor()
  await page.getByRole('link', { name: 'Builds', exact: true }).last().click()
  await page.waitForURL('**/pipelines/second')
})

test('web D2 a build that begins while the list of pipelines is read again stays in its row', async () => {
  await page.goto(`${app.origin}/default/pipelines`)
  const list = page.getByRole('list', { name: 'Pipelines' })
  const row = list.getByRole('listitem').filter({ hasText: 'acme/first' })
  await row.getByRole('link', { name: /^#1 failed/ }).waitFor()
  const reading = await holdRead(/\/pipeline-summaries\?/)
  // The build of a pipeline that is not listed makes the page read the list again.
  await newPipeline('third')
  await build('third', 'true')
  await reading.isRead
  await build('first', 'true')
  await row.getByRole('link', { name: /^#2 passed/ }).waitFor()
  reading.go()
  await list.getByRole('listitem').filter({ hasText: 'acme/third' }).waitFor()
  expect(await row.getByRole('link', { name: /^#2 passed/ }).count()).toBe(1)
  await page.unrouteAll({ behavior: 'wait' })
})

test('secrets are never shown again; a pipeline is archived after typing its name, and can be restored', async () => {
  await page.goto(`${app.origin}/default/pipelines/second/settings`)
  await page.getByRole('button', { name: 'Add a secret' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Add a secret' })
  await dialog.getByLabel('Name').fill('no-name')
  await dialog.getByLabel('Value').fill('hidden-value-of-a-secret')
  await dialog.getByRole('button', { name: 'Add secret' }).click()
  await dialog.getByText(/^Must match/).waitFor()
  await dialog.getByLabel('Name').fill('DEPLOY_KEY')
  await dialog.getByLabel('Limit to branches').fill('main release/*')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Add secret' }).click()
  const own = page.getByRole('list', { name: 'Secrets of this pipeline' })
  await own.getByText('branches main, release/*').waitFor()
  expect(await page.content()).not.toContain('hidden-value-of-a-secret')
  await page.getByRole('button', { name: 'Delete DEPLOY_KEY' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete DEPLOY_KEY' }).click()
  await own.waitFor({ state: 'detached' })
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Archive this pipeline' }).click()
  const question = page.getByRole('dialog')
  await question.getByRole('textbox').fill('second')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Restore this pipeline' }).waitFor()
  await page.goto(`${app.origin}/default/pipelines`)
  await page.getByText('Archived pipelines').click()
  await page.getByRole('link', { name: 'second' }).click()
  await page.getByText('The pipeline is archived').waitFor()
  await page.getByRole('main').getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Restore this pipeline' }).waitFor()
  await changePipeline('second', { fork_policy: 'never', default_branch: 'trunk' })
  await page.getByRole('button', { name: 'Restore this pipeline' }).click()
  await page.getByRole('button', { name: 'Archive this pipeline' }).waitFor()
  // The form shows these changes of somebody else, and a save keeps them.
  await page.getByLabel('Default branch').and(page.locator('[value="trunk"]')).waitFor()
  await page.getByLabel('Description').fill('Builds the second')
  await page.getByRole('button', { name: 'Save settings' }).click()
  await page.getByText('Settings saved').waitFor()
  const changed = await changePipeline('second', {})
  expect(changed).toMatchObject({ description: 'Builds the second', fork_policy: 'never', default_branch: 'trunk' })
})

test("web X4 a stranger's names, branches and messages are text, and none of it runs", async () => {
  const markup = '<img src=x onerror="globalThis.isBroken=1"><script>isBroken=1</script>'
  const { slug } = await createPipeline({
    name: `${markup}\u202egnp.exe`,
    repository: 'javascript:globalThis.isBroken=1//github.com/a/b',
    default_branch: 'main',
  })
  await build(slug, 'true', { branch: `main"><b>${markup}`, message: `\u202e${markup}\nmore`, commit: '"><i>' })
  for (const path of [
    'pipelines',
    'builds',
    `pipelines/${slug}`,
    `pipelines/${slug}?new-build=1`,
    `pipelines/${slug}/settings`,
  ]) {
    await page.goto(`${app.origin}/default/${path}`)
    await page.getByText('onerror=').first().waitFor()
    const seen =
      'document.querySelectorAll("main img, main script, main b, main i, [href^=javascript]").length + (globalThis.isBroken ?? 0)'
    expect([path, await page.evaluate(seen)]).toEqual([path, 0])
    expect(await page.evaluate('document.body.innerText')).not.toContain('\u202e')
  }
  await page.goto(`${app.origin}/default/builds`)
  await page.getByText('⟨U+202E⟩<img').first().waitFor()
  await expectAccessible(page)
})

test('web P4 a thousand builds load page by page, few rows are mounted, and new ones wait while one reads', async () => {
  const slug = await newPipeline('busy')
  await fillPipeline(slug, 1000)
  await page.goto(`${app.origin}/default/pipelines/${slug}`)
  await eventually(async () => (await rows())[0]).toBe('Change 1000')
  for (let pages = 0; pages < 3; pages++) {
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    await eventually(() => page.evaluate('document.body.scrollHeight')).toBeGreaterThan((pages + 2) * 45 * 36)
  }
  const reading = await holdRead(/\/builds\?.*cursor=/)
  await page.evaluate('scrollTo(0, document.body.scrollHeight)')
  await reading.isRead
  await page.evaluate('scrollTo(0, 3000)')
  await eventually(async () => (await rows()).includes('Change 920')).toBe(true)
  expect((await rows()).length).toBeLessThan(80)

  await build(slug, 'true', { message: 'Another one' })
  const waiting = page.getByRole('button', { name: '1 new build' })
  await waiting.waitFor()
  // The page that is being read does not know the new build, and does not hide it.
  const before = Number(await page.evaluate('document.body.scrollHeight'))
  reading.go()
  await eventually(() => page.evaluate('document.body.scrollHeight')).toBeGreaterThan(before + 1000)
  expect(await waiting.count()).toBe(1)
  expect(await page.evaluate('scrollY')).toBe(3000)

  const code = Promise.withResolvers<void>()
  await page.route('**/assets/**', async (route) => {
    await code.promise
    await route.continue()
  })
  // The page's code is requested when the pointer reaches the link, before the click.
  const asked = page.waitForRequest('**/assets/build-page*')
  await page.getByRole('link', { name: 'Change 920', exact: true }).hover()
  await asked
  await page.getByRole('link', { name: 'Change 920', exact: true }).click()
  await page.getByRole('list', { name: 'Builds' }).waitFor({ state: 'detached' })
  await page.goBack()
  await eventually(async () => (await rows()).includes('Change 920')).toBe(true)
  await eventually(() => page.evaluate('scrollY')).toBe(3000)
  code.resolve()
  await page.unrouteAll({ behavior: 'wait' })

  await page.getByRole('link', { name: 'Change 920', exact: true }).click()
  await page.waitForURL('**/builds/920**')
  // Waits for the list to disappear, because the address changes first and a list that was never
  // left keeps its waiting builds.
  await page.getByRole('list', { name: 'Builds' }).waitFor({ state: 'detached' })
  await page.goBack()
  await eventually(async () => (await rows()).includes('Change 920')).toBe(true)
  await eventually(() => page.evaluate('scrollY')).toBe(3000)

  await build(slug, 'true', { message: 'And one more' })
  await page
    .getByRole('button', { name: /new build/ })
    .and(page.locator('.sticky *'))
    .click()
  await eventually(async () => (await rows()).slice(0, 2)).toEqual(['And one more', 'Another one'])
})

/** Creates passed builds without steps, which appear only in lists. */
async function fillPipeline(slug: string, count: number): Promise<void> {
  const client = await app.product.pool.connect()
  try {
    await client.query(`create temporary table made as
      select gen_random_uuid() as id, p.id as pipeline_id, p.organization_id, n, now() - make_interval(mins => ${count} - n + 1) as at
        from pipelines p, generate_series(1, ${count}) n where p.slug = '${slug}'`)
    await client.query(`insert into engine.builds (id, queue, state, cancel_requested, created_at, started_at, finished_at, version)
      select id, organization_id, 'passed', false, at, at + interval '1 s', at + interval '41 s', 9 from made`)
    await client.query(`insert into build_records (id, pipeline_id, number, branch, commit, message, source, created_at)
      select id, pipeline_id, n, case when n % 5 = 0 then 'topic' else 'main' end, md5(id::text), 'Change ' || n, 'api', at from made`)
    await client.query(`update pipelines set last_build_number = ${count} where slug = '${slug}'`)
  } finally {
    client.release()
  }
}
