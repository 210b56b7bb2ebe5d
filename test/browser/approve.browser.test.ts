/** Tests that a member reviews a fork's code before it runs. */
import { type Github, startGithub } from '@harmont/outside/github'
import { until } from '@harmont/test-kit/until'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectRepository, discovered } from '../connected.ts'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'

let github: Github
let app: App
beforeAll(async () => {
  github = await startGithub({ publicUrl: 'http://localhost' })
  app = await startApp(github.environment)
  github.deliverTo(app.product.server().url)
})
afterAll(async () => {
  await app?.stop()
  await github?.stop()
})

const code = (command: string) => `import { pipeline, sh } from '@harmont/hm'
export default [{
  slug: 'ci',
  triggers: [{ event: 'pull_request' }],
  pipeline: () => pipeline([sh(${JSON.stringify(command)}, { label: 'unit' })], { defaultImage: 'host' }),
}]
`
const approval = (page: Page) => page.getByRole('button', { name: 'Approve…' })

test('web B5 a fork’s build waits until a member sees its origin and approves the commit, and the next commit waits again', async () => {
  const { repository } = await connectRepository(github, app.product.pool, {
    '.hm/ci.ts': code('cat a.txt'),
    'a.txt': 'ours\n',
  })
  const [slug] = await discovered(app.product, ['ci'])
  const eve = github.addUser('eve')
  const fork = github.addRepository(eve, 'core', { forkOf: repository })
  const { commit } = await github.push(fork, { 'a.txt': 'theirs\n' }, { branch: 'topic' })
  const pull = await github.openPullRequest(repository, { head: 'topic', from: fork, author: eve, title: 'From afar' })

  const page = await app.openAsOwner()
  await page.goto(`${app.origin}/default/pipelines/${slug}`)
  await page
    .getByRole('link', { name: /From afar/ })
    .first()
    .click()
  await approval(page).first().waitFor()
  await expectAccessible(page)
  await approval(page).first().click()
  const dialog = page.getByRole('dialog', { name: "Run this fork's code?" })
  await dialog.waitFor()
  expect(await dialog.textContent()).toMatch(new RegExp(`eve.*eve/core.*${commit.slice(0, 7)}`))
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Approve this commit' }).click()
  await page.getByRole('heading', { level: 1, name: /Passed/ }).waitFor()
  await page.getByText('theirs', { exact: true }).waitFor()
  expect(await approval(page).count()).toBe(0)

  await github.push(fork, { 'a.txt': 'worse\n' }, { branch: 'topic' })
  await github.updatePullRequest(repository, pull, 'synchronize')
  await until(async () => (await app.product.api.listBuilds(slug ?? '')).some((build) => build.number === 2))
  await page.goto(`${app.origin}/default/pipelines/${slug}/builds/2`)
  await approval(page).first().waitFor()
  expect(github.violations).toEqual([])
})
