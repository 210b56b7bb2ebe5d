import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { objectAt, startGithub } from '@harmont/outside/github'
import { afterAll, afterEach, expect, test } from 'vitest'
import { EventUnreadable, ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import { readSettings } from '../../platform/settings/read-settings.ts'
import type { Check, RepositoryAddress } from '../forge/forge.ts'
import { openForges } from '../open-forges.ts'

const github = await startGithub({ publicUrl: 'http://localhost:4000' })
const { forges } = await openForges(readSettings(github.environment), null)
const forge = forges.get('github')
if (forge === undefined) throw new Error('GitHub is a forge')
afterAll(() => github.stop())
github.webhooks.hold()
afterEach(() => expect(github.violations).toEqual([]))

const ada = github.addUser('ada')
const acme = github.addOrganization('acme')

async function newRepository(name: string) {
  const repository = github.addRepository(acme, name)
  const installation = await github.install(acme, [repository], ada, { silent: true })
  const address: RepositoryAddress = {
    externalId: String(repository.id),
    fullName: `acme/${name}`,
    cloneUrl: `${github.gitUrl}/acme/${name}.git`,
    installation: String(installation.id),
  }
  return { repository, installation, address }
}

const check = (commit: string, more: Partial<Check> = {}): Check => ({
  checkId: null,
  name: 'harmont/ci',
  commit,
  fork: null,
  externalId: 'build-1',
  detailsUrl: 'http://localhost:4000/acme/pipelines/ci/builds/1',
  state: { status: 'queued' },
  output: { title: 'Queued', summary: 'It waits.', text: null },
  actions: [],
  failedTests: [],
  ...more,
})

test('a check is created, updated and completed in the form that GitHub documents', async () => {
  const { repository, address } = await newRepository('checks')
  const { commit } = await github.push(repository, { a: '1' })
  const checkId = await forge.setCheck(address, check(commit))
  const at = new Date('2026-01-02T03:04:05.678Z')
  await forge.setCheck(address, check(commit, { checkId, state: { status: 'in_progress', startedAt: at } }))
  const actions = [{ label: 'Retry failed jobs', description: 'Runs them once more', identifier: 'retry' }]
  const state = { status: 'completed', conclusion: 'failure', startedAt: at, completedAt: at } as const
  const text = `${'é'.repeat(40_000)}`
  await forge.setCheck(
    address,
    check(commit, { checkId, state, actions, output: { title: 'Failed', summary: 's', text, annotations: '# n' } }),
  )
  const [made] = github.checkRuns(repository, commit)
  expect(made?.history.map(({ status, conclusion }) => conclusion ?? status)).toEqual([
    'queued',
    'in_progress',
    'failure',
  ])
  expect(made?.fields).toMatchObject({ external_id: 'build-1', started_at: '2026-01-02T03:04:05Z', actions })
  expect(objectAt(made?.fields, 'output').summary).toBe('s\n\n# n')
  const shown = objectAt(made?.fields, 'output').text as string
  expect([Buffer.byteLength(shown) <= 65_000, Buffer.byteLength(shown) > 64_990, shown.includes('\uFFFD')]).toEqual([
    true,
    true,
    false,
  ])
})

test('a check whose answer was lost is found again instead of being created twice', async () => {
  const { repository, address } = await newRepository('lost')
  const { commit } = await github.push(repository, { a: '1' })
  github.misbehave({ on: /POST .*check-runs/, how: 'after' })
  await expect(forge.setCheck(address, check(commit))).rejects.toBeInstanceOf(ForgeUnavailable)
  const id = await forge.setCheck(address, check(commit))
  expect(github.checkRuns(repository).map((each) => String(each.id))).toEqual([id])
  const other = await forge.setCheck(address, check(commit, { externalId: 'build-2' }))
  expect(other).not.toBe(id)
})

test('changed files include both names of a renamed file; an incomplete list counts as unknown', async () => {
  const { repository, address } = await newRepository('changes')
  const long = Array.from({ length: 30 }, (_, n) => `line ${n}`).join('\n')
  const first = await github.push(repository, { 'a.txt': 'a', 'old.txt': long })
  const second = await github.push(repository, { 'a.txt': 'b', 'old.txt': null, 'new.txt': long })
  const changed = async (from: string, to: string) => (await forge.changedByPush(address, from, to))?.toSorted()
  expect(await changed(first.commit, second.commit)).toEqual(['a.txt', 'new.txt', 'old.txt'])
  expect(await changed(second.commit, second.commit)).toEqual([])
  expect(await changed(second.commit, first.commit)).toBeUndefined()
  const many = await github.push(
    repository,
    Object.fromEntries(Array.from({ length: 301 }, (_, n) => [`f${n}`, `${n}`])),
  )
  expect(await changed(second.commit, many.commit)).toBeUndefined()
  await github.push(
    repository,
    { 'p.txt': 'p', ...Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`q${n}`, 'q'])) },
    { branch: 'topic' },
  )
  const pull = await github.openPullRequest(repository, { head: 'topic', author: ada })
  expect(await forge.changedByPullRequest(address, pull.number)).toHaveLength(121)
  expect(await forge.branchHead(address, 'main')).toBe(many.commit)
  expect(await forge.branchHead(address, 'nothing/there')).toBeNull()
})

test('the clone address gives git access to this repository only, and no write access to the API', async () => {
  const { repository, address } = await newRepository('private')
  const other = github.addRepository(acme, 'other')
  await github.push(other, { b: '1' })
  const { commit } = await github.push(repository, { a: '1' })
  const { url, authorization } = await forge.cloneAccess(address)
  const folder = mkdtempSync('/var/tmp/harmont-clone-')
  let clones = 0
  const clone = (from: string, header: string | null) => {
    clones += 1
    const credential = header === null ? [] : ['-c', `http.extraHeader=Authorization: ${header}`]
    const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' }
    return promisify(execFile)('git', [...credential, 'clone', '--quiet', from, join(folder, String(clones))], { env })
  }
  try {
    await clone(url, authorization)
    await expect(clone(url, null)).rejects.toThrow()
    await expect(clone(url.replace('private', 'other'), authorization)).rejects.toThrow()
  } finally {
    rmSync(folder, { recursive: true })
  }
  const token = Buffer.from(authorization?.split(' ')[1] ?? '', 'base64')
    .toString()
    .split(':')[1]
  const answer = await fetch(`${github.apiUrl}/repos/acme/private/check-runs`, {
    method: 'POST',
    headers: { authorization: `bearer ${token}`, 'content-type': 'application/json', 'user-agent': 't' },
    body: JSON.stringify({ name: 'c', head_sha: commit }),
  })
  expect(answer.status).toBe(403)
})

test('tokens are cached, renewed before they expire, and requested again after GitHub revoked them', async () => {
  const { repository, address } = await newRepository('tokens')
  await github.push(repository, { a: '1' })
  const asked = () => github.requests.filter((line) => line.endsWith('/access_tokens')).length
  const before = asked()
  for (let n = 0; n < 3; n += 1) await forge.branchHead(address, 'main')
  for (let n = 0; n < 3; n += 1) await forge.cloneAccess(address)
  expect(asked() - before).toBe(2)
  for (const [token, known] of github.world.tokens) if (known.kind === 'installation') github.world.tokens.delete(token)
  expect(await forge.branchHead(address, 'main')).not.toBeNull()
  expect(asked() - before).toBe(3)
})

test.for([
  ['500', ForgeUnavailable, null],
  ['502', ForgeUnavailable, null],
  ['reset', ForgeUnavailable, null],
  ['429', ForgeUnavailable, 7],
  ['secondary', ForgeUnavailable, 7],
] as const)('after %s asking again may help, not before GitHub says so', async ([how, kind, retryAfterSeconds]) => {
  const { repository, address } = await newRepository(`fails-${how}`)
  await github.push(repository, { a: '1' })
  github.misbehave({ on: /git\/ref/, how, retryAfterSeconds: 7 })
  const error = await forge.branchHead(address, 'main').catch((each: unknown) => each)
  expect(error).toBeInstanceOf(kind)
  expect(error).toMatchObject({ retryAfterSeconds })
  expect(String(error)).not.toMatch(/ghs_|eyJ/)
})

test('a suspended installation, a removed repository and a missing permission are refusals', async () => {
  const { repository, installation, address } = await newRepository('refused')
  const { commit } = await github.push(repository, { a: '1' })
  await expect(forge.setCheck({ ...address, fullName: 'acme/nothing' }, check(commit))).rejects.toMatchObject({
    status: 404,
  })
  const weak = await github.install(acme, [repository], ada, { silent: true, permissions: { metadata: 'read' } })
  const poor = forge.cloneAccess({ ...address, installation: String(weak.id) })
  await expect(poor).rejects.toBeInstanceOf(ForgeRefused)
  installation.suspendedAt = new Date().toISOString()
  await expect(forge.branchHead(address, 'main')).rejects.toMatchObject({
    name: 'ForgeRefused',
    status: 403,
  })
})

test('G36 only the HMAC of the exact bytes is a valid signature', async () => {
  const body = Buffer.from([0xff, 0x00, 0x7b, 0x7d])
  const right = `sha256=${createHmac('sha256', github.environment.HARMONT_GITHUB_WEBHOOK_SECRET ?? '')
    .update(body)
    .digest('hex')}`
  const signed = (signature: string, bytes = body, webhooks = forge.webhooks) =>
    webhooks.isSigned(bytes, { id: '1', event: 'push', hook: '', signature })
  expect(await signed(right)).toBe(true)
  for (const wrong of [
    '',
    'sha256=',
    right.slice(0, -1),
    right.toUpperCase(),
    right.replace('sha256', 'sha1'),
    `${right} `,
    'é'.repeat(71),
  ])
    expect([wrong, await signed(wrong)]).toEqual([wrong, false])
  expect(await signed(right, Buffer.concat([body, Buffer.from(' ')]))).toBe(false)
  const settings = readSettings({ ...github.environment, HARMONT_GITHUB_WEBHOOK_SECRET: '' })
  const unset = (await openForges(settings, null)).forges.get('github')
  expect([unset?.notConfigured, await signed(right, body, unset?.webhooks)]).toEqual(['github_not_configured', false])
})

test('each example event of GitHub is read or ignored', async () => {
  const { repository } = await newRepository('events')
  const { commit } = await github.push(repository, { a: '1', b: '2' }, { message: 'two files' })
  await github.pushTag(repository, 'v1', commit, { annotated: true })
  await github.deleteBranch(repository, 'main')
  const fork = github.addRepository(ada, 'events', { forkOf: repository })
  await github.push(repository, { a: '1' })
  await github.push(fork, { c: '3' }, { branch: 'topic' })
  await github.openPullRequest(repository, { head: 'topic', from: fork, author: ada, title: 'From afar' })
  const read = github.webhooks.made
    .slice(-5)
    .flatMap(({ event, body }) => forge.webhooks.parse(event, Buffer.from(body)))
  expect(read).toMatchObject([
    { type: 'push', ref: 'refs/heads/main', before: null, after: commit, files: ['a', 'b'], message: 'two files' },
    { type: 'push', ref: 'refs/tags/v1', after: commit },
    { type: 'push', ref: 'refs/heads/main', before: commit, after: null, files: null },
    { type: 'push', before: null },
    { type: 'pull_request', action: 'opened', head: { isFork: true, repository: 'ada/events' }, title: 'From afar' },
  ])
})

test.for([
  ['push', 'not json'],
  ['push', '[]'],
  ['push', '{"installation":{"id":1}}'],
  ['push', '{"installation":{"id":"1"},"before":"a","after":"b"}'],
  ['pull_request', '{"action":"opened","installation":{"id":1},"repository":null}'],
  ['installation', '{"action":"created","installation":{"id":1.5}}'],
  ['check_run', '{"action":"rerequested","check_run":{"id":-1}}'],
] as const)('a signed %s that is not what it should be says which member is wrong', ([event, body]) => {
  expect(() => forge.webhooks.parse(event, Buffer.from(body))).toThrow(EventUnreadable)
})

test.for(['__proto__', 'constructor', 'toString', 'star', ''])('the event %j does not concern us', (event) => {
  expect(forge.webhooks.parse(event, Buffer.from('{}'))).toEqual([])
})

test('an invalid private key stops the start and is not printed', async () => {
  for (const wrong of ['nonsense-of-a-key', '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----'])
    await expect(
      openForges(readSettings({ ...github.environment, HARMONT_GITHUB_PRIVATE_KEY: wrong }), null),
    ).rejects.toThrow(
      /^HARMONT_GITHUB_PRIVATE_KEY: expected the RSA private key of the GitHub App as PEM, got something else\.$/,
    )
  const escaped = {
    ...github.environment,
    HARMONT_GITHUB_PRIVATE_KEY: github.environment.HARMONT_GITHUB_PRIVATE_KEY?.replaceAll('\n', '\\n'),
  }
  expect((await openForges(readSettings(escaped), null)).githubApp).not.toBeNull()
})
