/**
 * Tests an organization and its members in real browsers: invitations, roles and their limits,
 * departures, runners and deletion. No build runs here.
 */
import type { APIResponse, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { joinWith, leaseRequest } from '../../packages/server/src/testing/joined-runner.ts'
import { heading, journey, type Person, startPeople } from './auth-people.ts'
import { expectAccessible } from './axe.ts'
import { fill, press, reach, tick } from './browser-keys.ts'
import { choose, invite, members, open, register, row, setUp, takeLink } from './organization-steps.ts'

const it = startPeople()

/** Sends a change with the session of a page, as another window of the person would. */
async function send(page: Page, method: 'POST' | 'PATCH', path: string, data: object): Promise<APIResponse> {
  const csrf = (await page.context().cookies()).find(({ name }) => name === 'harmont_csrf')?.value ?? ''
  const headers = { 'x-csrf-token': csrf, origin: it.server.origin }
  return page.request.fetch(it.at(`/api/v0/organizations/acme${path}`), { method, data, headers })
}

/** Starts a build of one step in Acme's pipeline, like the pages. */
async function startBuild(page: Page, step: object): Promise<void> {
  const steps = [{ type: 'command', key: 'a', label: 'a step', cmd: 'true', ...step }]
  const body = {
    ...{ branch: 'main', commit: '0'.repeat(40), source: 'api' },
    pipeline_ir: JSON.stringify({ version: '0', default_image: 'host', steps }),
  }
  expect((await send(page, 'POST', '/pipelines/core/builds', body)).status()).toBe(201)
}
let bob: Person

journey(
  'web S2 an owner’s invitation link is shown once and mailed, and its holder registers in another browser and joins',
  async () => {
    it.ada = await setUp(it)
    const { page } = it.ada
    await open(it, page, '/acme/pipelines', 'Pipelines')
    await press(page, 'New pipeline')
    await fill(page, /^Name$/, 'Core')
    await fill(page, 'Repository', 'https://github.com/acme/core')
    await page.keyboard.press('Enter')
    await heading(page, /Core/)
    await open(it, page, members, 'Members')
    await page.getByText('No pending invites').waitFor()
    await press(page, 'Invite a member')
    await fill(page, 'Email address', 'bob@example.com')
    await page.keyboard.press('Enter')
    await page.getByText('We emailed them the link').waitFor()
    await expectAccessible(page)
    const link = await takeLink(page)
    expect(link).toMatch(`${it.server.origin}/invite/accept?token=`)
    expect((await it.server.mails.mailTo('bob@example.com')).parsed.text).toContain(link)
    await row(page, 'bob@example.com').getByText('member', { exact: true }).waitFor()
    await page.reload()
    await row(page, 'bob@example.com').waitFor()
    expect(await page.content()).not.toContain(new URL(link).searchParams.get('token'))
    bob = await register(it, 'Bob', 'bob@example.com')
    await bob.page.goto(link)
    await heading(bob.page, 'Join Acme')
    await press(bob.page, 'Accept')
    await bob.page.waitForURL(it.at('/acme'))
    await bob.page.getByRole('link', { name: 'Core' }).first().waitFor()
    await page.reload()
    await row(page, 'bob@example.com').getByRole('combobox').waitFor()
    await page.getByText('No pending invites').waitFor()
  },
)

journey(
  'web A2 S1 a member sees the pipelines; forbidden actions are disabled and name the required role',
  async () => {
    const { page } = it.ada
    await open(it, page, '/acme/settings', 'Organization')
    await tick(page, 'Members may create pipelines')
    await press(page, 'Save')
    await page.getByText('Saved', { exact: true }).waitFor()
    const refused = async (name: string, why: RegExp) => {
      const button = bob.page.getByRole('button', { name, disabled: true })
      await reach(button)
      expect(await button.getAttribute('title')).toMatch(why)
      await bob.page.keyboard.press('Enter')
      expect(await bob.page.getByRole('dialog').count(), name).toBe(0)
    }
    await open(it, bob.page, '/acme/pipelines', 'Pipelines')
    await refused('New pipeline', /^Only owners and admins of acme can create pipelines$/)
    await open(it, bob.page, members, 'Members')
    await row(bob.page, 'ada@example.com').waitFor()
    await refused('Invite a member', /^Only owners and admins can invite$/)
    await refused('Remove Ada', /^The last owner cannot leave/)
    expect(await bob.page.getByRole('combobox').count()).toBe(0)
    await bob.page.getByText('Only owners and admins can change roles and remove members.').waitFor()
    await expectAccessible(bob.page)
    await open(it, bob.page, '/acme/settings', 'Organization')
    await refused('Save', /^Only owners and admins can change this$/)
    await refused('Delete organization', /^Only owners can delete an organization$/)
    await open(it, bob.page, '/acme/settings/integrations', 'Integrations')
    await refused('Connect GitHub', /^Only owners and admins can connect$/)
    await open(it, bob.page, '/acme/settings/audit', 'Audit log')
    await bob.page.getByText('Only owners and admins can read the audit log').waitFor()
  },
)

journey('a save of the organization’s settings keeps what somebody else has changed meanwhile', async () => {
  const { page } = it.ada
  await open(it, page, '/acme/settings', 'Organization')
  const url = page.getByRole('textbox', { name: 'Website' })
  await url.waitFor()
  const hosts = ['registry.npmjs.org', '*.example.com']
  expect((await send(page, 'PATCH', '', { egress_ceiling: hosts })).ok()).toBe(true)
  await fill(page, 'Website', 'https://acme.example')
  await press(page, 'Save')
  await page.getByText('Saved', { exact: true }).waitFor()
  expect(await page.getByRole('textbox', { name: 'Hosts that steps may reach' }).inputValue()).toBe(hosts.join('\n'))
  const kept = await page.request.get(it.at('/api/v0/organizations/acme'))
  expect(await kept.json()).toMatchObject({ url: 'https://acme.example', egress_ceiling: hosts })
  await tick(page, 'Steps reach only some hosts')
  await press(page, 'Save')
  const read = async () => (await page.request.get(it.at('/api/v0/organizations/acme'))).json()
  await expect.poll(read).toMatchObject({ url: 'https://acme.example', egress_ceiling: null })
})

journey(
  'web S11 an administrator adds a notification, sees its secret once, and finds the result of a test in its log',
  async () => {
    const { page } = it.ada
    await open(it, page, '/acme/settings/notifications', 'Notifications')
    await page.getByText('Nobody is told yet.').waitFor()
    await press(page, 'Add a notification')
    await reach(page.getByRole('radio', { name: 'Slack' }))
    await page.keyboard.press('ArrowRight')
    await fill(page, 'Address', 'https://hooks.invalid/x?key=1')
    await expectAccessible(page)
    await press(page, /^Add$/)
    await page.getByText(/^whsec_/).waitFor()
    await expectAccessible(page)
    await press(page, 'Done')
    const target = 'https://hooks.invalid/x?…'
    // The log is read before the test is sent, and arrives after it.
    const [isRead, isSent] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await page.route(
      /\/deliveries\?/,
      async (route) => {
        const response = await route.fetch()
        isRead.resolve()
        await isSent.promise
        await route.fulfill({ response })
      },
      { times: 1 },
    )
    await page.route(/\/test$/, async (route) => {
      await isRead.promise
      await route.continue()
    })
    const sent = page.waitForResponse(/\/test$/)
    await press(page, `Send a test to ${target}`)
    await press(page, `Log of ${target}`)
    await (await sent).finished()
    isSent.resolve()
    await page.getByText(/^No answer/).waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    expect(await page.content()).not.toContain('key=1')
    await press(page, `Change ${target}`)
    await tick(page, 'Switched on')
    const saved = page.waitForRequest((request) => request.method() === 'PATCH')
    await press(page, 'Save')
    // What the form shows untouched may have changed meanwhile.
    expect((await saved).postDataJSON()).toEqual({ enabled: false })
    await page.getByText(/switched off just now/).waitFor()
    await open(it, bob.page, '/acme/settings/notifications', 'Notifications')
    await bob.page.getByText('Only owners and admins see notifications').waitFor()
    await press(page, `Delete ${target}`)
    await press(page, /^Delete$/)
    await page.getByText('Nobody is told yet.').waitFor()
  },
)

journey(
  'web S12 an administrator adds, replaces and deletes a registry login; no page shows its secret again',
  async () => {
    const { page } = it.ada
    await open(it, page, '/acme/settings', 'Organization')
    await page.getByText('No logins yet. Public images need none.').waitFor()
    await press(page, 'Add a login')
    const dialog = page.getByRole('dialog', { name: 'Add the login of a registry' })
    await fill(page, 'Registry', 'https://ghcr.io/acme')
    await fill(page, 'User', 'bot')
    await reach(page.getByLabel('Password or token'))
    await page.keyboard.type('hidden-token')
    await page.keyboard.press('Enter')
    // The server's message is at the field, not above the form.
    const wrong = page.getByRole('textbox', { name: 'Registry', description: /Must be a registry such as/ })
    await wrong.waitFor()
    expect(await dialog.getByRole('alert').count()).toBe(1)
    await expectAccessible(page)
    await fill(page, 'Registry', 'ghcr.io')
    await tick(page, 'Builds of forks pull with it too')
    await press(page, 'Add login')
    const login = page.getByRole('listitem').filter({ hasText: 'ghcr.io' })
    await login.getByText(/^as bot, forks too · set /).waitFor()
    await expectAccessible(page)
    await press(page, 'Replace the login of ghcr.io')
    expect(await page.getByRole('textbox', { name: 'Registry' }).count()).toBe(0)
    expect(await page.getByLabel('Password or token').inputValue()).toBe('')
    await fill(page, 'User', 'robot')
    await reach(page.getByLabel('Password or token'))
    await page.keyboard.type('another-token')
    await press(page, 'Replace login')
    await login.getByText(/^as robot, forks too /).waitFor()
    // The button that opened the dialog has the focus again.
    await page.getByRole('button', { name: 'Replace the login of ghcr.io' }).and(page.locator(':focus')).waitFor()
    expect(await page.content()).not.toMatch(/hidden-token|another-token/)
    await open(it, bob.page, '/acme/settings', 'Organization')
    await bob.page.getByText('ghcr.io', { exact: true }).waitFor()
    for (const name of ['Add a login', 'Replace the login of ghcr.io', 'Delete the login of ghcr.io']) {
      const button = bob.page.getByRole('button', { name, disabled: true })
      await reach(button)
      await bob.page.keyboard.press('Enter')
      expect(await bob.page.getByRole('dialog').count(), name).toBe(0)
    }
    await press(page, 'Delete the login of ghcr.io')
    await page.getByRole('dialog').getByText('Steps that need its private images will fail.').waitFor()
    await press(page, 'Delete the login')
    await page.getByText('No logins yet. Public images need none.').waitFor()
  },
)

journey('web S1 S2 an admin invites, sends again and revokes, and cannot touch the owner or make one', async () => {
  await open(it, it.ada.page, members, 'Members')
  await choose(it.ada.page, 'Bob', 'ArrowUp')
  await it.ada.page.getByText('Bob is now admin').waitFor()
  const { page } = bob
  await open(it, page, members, 'Members')
  const first = await invite(page, 'carol@example.com')
  await press(page, 'Send again to carol@example.com')
  await press(page, 'Create a new link')
  await page.getByRole('dialog', { name: 'carol@example.com is invited' }).waitFor()
  const second = await takeLink(page)
  expect(second).not.toBe(first)
  const anybody = await it.person()
  await anybody.page.goto(first)
  await heading(anybody.page, 'This invitation is no longer valid')
  await anybody.page.goto(second)
  await heading(anybody.page, 'Join Acme')
  await press(page, 'Revoke the invite of carol@example.com')
  await press(page, /^Revoke$/)
  await page.getByText('No pending invites').waitFor()
  await anybody.page.goto(second)
  await heading(anybody.page, 'This invitation is no longer valid')
  await row(page, 'ada@example.com').getByText('Only owners can change owners').waitFor()
  await reach(page.getByRole('button', { name: 'Remove Ada', disabled: true }))
  // Bob cannot assign the higher role.
  await choose(page, 'Bob', 'ArrowUp')
  expect(await page.getByRole('combobox', { name: 'Role of Bob' }).inputValue()).toBe('admin')
  expect(await page.getByRole('dialog').count()).toBe(0)
})

journey(
  'web S1 the last owner cannot leave and sees the reason; with a second owner they can, and changes of owners need a confirmation',
  async () => {
    const { page } = it.ada
    await open(it, page, members, 'Members')
    const mine = row(page, 'ada@example.com')
    await mine.getByText('The last owner cannot change role. Make someone else an owner first').waitFor()
    const leave = page.getByRole('button', { name: 'Leave acme' })
    expect(await leave.getAttribute('title')).toBe('The last owner cannot leave. Make someone else an owner first')
    await reach(leave)
    await page.keyboard.press('Enter')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await choose(page, 'Bob', 'ArrowUp')
    await page.getByRole('dialog', { name: 'Make Bob an owner?' }).waitFor()
    await press(page, 'Make owner')
    await mine.getByRole('combobox').waitFor()
    expect(await leave.isEnabled()).toBe(true)
    await choose(page, 'Bob', 'ArrowDown')
    await page.getByRole('dialog', { name: 'Make Bob an admin?' }).waitFor()
    await press(page, 'Change role')
    await mine.getByText('The last owner cannot change role').waitFor()
  },
)

journey(
  'web S1 a member who is removed while the page is open sees that the organization is gone for them',
  async () => {
    await open(it, bob.page, members, 'Members')
    await row(bob.page, 'ada@example.com').waitFor()
    const { page } = it.ada
    await press(page, 'Remove Bob')
    await page.getByRole('dialog', { name: 'Remove Bob?' }).getByText('API keys and open shells stop working').waitFor()
    await press(page.getByRole('dialog').page(), /^Remove Bob$/)
    // Rows behind the dialog have no role. The dialog closes once Bob is removed.
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => row(page, 'bob@example.com').count()).toBe(0)
    await press(bob.page, 'Builds')
    await heading(bob.page, 'Organization “acme” not found')
    await bob.page.getByText('bob@example.com').waitFor()
    expect(await bob.page.getByRole('link', { name: 'Core' }).count()).toBe(0)
    await expectAccessible(bob.page)
  },
)

journey(
  'web S8 S9 S10 the first runner’s key is shown once; the runner appears with its jobs, drains, and is revoked',
  async () => {
    const { page } = it.ada
    await open(it, page, '/acme/settings/runners', 'Runners')
    await page.getByRole('heading', { name: 'Your first runner elsewhere' }).waitFor()
    await press(page, 'Make a key and show the commands')
    await fill(page, 'Pool', 'gpu')
    await fill(page, 'Labels', 'cuda, a:b')
    await page.keyboard.press('Enter')
    await page.getByText('A label must be letters').waitFor()
    await fill(page, 'Labels', 'cuda, fast')
    await page.keyboard.press('Enter')
    const start = page.getByRole('dialog').locator('code').filter({ hasText: '--role runner' })
    const [, key = ''] = /HARMONT_RUNNER_KEY=(\S+)/.exec((await start.textContent()) ?? '') ?? []
    await expectAccessible(page)
    await press(page, 'Done')
    await page.getByText('0 of 1 runner joined').waitFor()
    expect(await page.content()).not.toContain(key)
    const runner = await joinWith({ server: { url: it.server.origin } }, key, 'build-7')
    await runner.call('renew', {})
    const shown = row(page, 'build-7')
    await shown.getByText('Connected').waitFor()
    await page.getByText('1 of 1 runner joined').waitFor()
    await startBuild(page, { runner_args: { pool: 'gpu', labels: ['slow'] } })
    await page.getByText('1 job waits for a runner with the label slow, and no connected runner takes it').waitFor()
    await startBuild(page, { runner_args: { pool: 'gpu', labels: ['fast'] } })
    await page.getByText('1 job waits for a free runner with the label fast').waitFor()
    await runner.call('lease', leaseRequest())
    await shown.getByText('core #2').waitFor()
    await expectAccessible(page)
    await press(page, 'a step')
    await press(page, 'Details')
    await press(page, 'build-7')
    await press(page, 'Drain build-7')
    await shown.getByText('Draining').waitFor()
    await press(page, 'Resume build-7')
    await shown.getByText('Connected').waitFor()
    await press(page, 'Revoke build-7')
    await page.getByRole('dialog').getByText('Its 1 job starts again on another runner').waitFor()
    await press(page, /^Revoke$/)
    // Rows behind the dialog have no role. The dialog closes once the runner is revoked.
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => shown.count()).toBe(0)
    expect((await runner.call('renew', {})).body.code).toBe('runner_revoked')
  },
)

journey('web S1 S2 the audit log says who did what', async () => {
  const { page } = it.ada
  await open(it, page, '/acme/settings/audit', 'Audit log')
  for (const sentence of [
    /^Ada invited bob@example\.com as /,
    /^Bob joined by invitation as /,
    /^Ada changed the role of bob@example\.com from /,
    /^Bob revoked the invitation of /,
    /^Ada changed the organization acme: members can create pipelines off$/,
    /^Ada removed .*@example\.com/,
    /^Ada created a key for runners of the pool gpu/,
    /^Harmont let runner build-7 join with the key /,
    /^Ada revoked runner build-7/,
  ])
    await page.getByRole('paragraph').filter({ hasText: sentence }).first().waitFor()
  await expectAccessible(page)
})

journey(
  'web P6 S7 a new name appears in the switcher at once, and an organization is deleted only after typing its name',
  async () => {
    const { page } = it.ada
    const switcher = (name: string) => page.getByRole('button', { name: `Organization: ${name}. Change` })
    await open(it, page, '/acme/settings', 'Organization')
    await fill(page, 'Name', 'Acme Industries')
    await press(page, 'Save')
    await switcher('Acme Industries').waitFor()
    await reach(switcher('Acme Industries'))
    await page.keyboard.press('Enter')
    await press(page, 'Create an organization')
    await page.getByRole('dialog', { name: 'Create an organization' }).waitFor()
    await fill(page, 'Name', 'Sandbox')
    await page.keyboard.press('Enter')
    await page.waitForURL(it.at('/sandbox/pipelines'))
    await open(it, page, '/sandbox/settings', 'Organization')
    await press(page, 'Delete organization')
    await fill(page, 'Type sandbox to confirm', 'acme')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Delete organization' }).isEnabled()).toBe(false)
    expect((await page.request.get(it.at('/api/v0/organizations/sandbox'))).status()).toBe(200)
    await expectAccessible(page)
    await fill(page, 'Type sandbox to confirm', 'sandbox')
    await page.keyboard.press('Enter')
    await page.waitForURL(it.at('/acme/pipelines'))
    expect((await page.request.get(it.at('/api/v0/organizations/sandbox'))).status()).toBe(404)
    await reach(switcher('Acme Industries'))
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Acme Industries owner' }).waitFor()
    expect(await page.getByRole('link', { name: /Sandbox/ }).count()).toBe(0)
  },
)

test('web A9 no page violated its content security policy or threw', () => {
  expect(it.problems()).toEqual([])
})
