/**
 * Tests the double itself: it must refuse what GitHub refuses, or tests that rely on it prove
 * nothing.
 */

import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/core'
import { verify } from '@octokit/webhooks-methods'
import { SignJWT } from 'jose'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { readBody } from '../read-body.ts'
import { startGithub } from './start-github.ts'

const github = await startGithub({ publicUrl: 'http://harmont.test' })
const received: { readonly event: string; readonly isSigned: boolean; readonly delivery: string }[] = []
const listener = createServer((request, response) => {
  void (async () => {
    const body = (await readBody(request)).toString()
    const signature = String(request.headers['x-hub-signature-256'])
    received.push({
      event: String(request.headers['x-github-event']),
      delivery: String(request.headers['x-github-delivery']),
      isSigned: await verify(github.environment.HARMONT_GITHUB_WEBHOOK_SECRET ?? '', body, signature),
    })
    response.writeHead(202).end()
  })()
}).listen(0, '127.0.0.1')
await once(listener, 'listening')
github.deliverTo(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`)
afterAll(async () => {
  listener.close()
  await github.stop()
})
beforeEach(() => {
  received.length = 0
  github.forgetViolations()
})

const octocat = github.addUser('octocat')
const acme = github.addOrganization('acme')
const core = github.addRepository(acme, 'core')
const installation = await github.install(acme, [core], octocat)
const log = { debug() {}, info() {}, warn() {}, error() {} }
const key = github.environment.HARMONT_GITHUB_PRIVATE_KEY ?? ''
const app = new Octokit({
  log,
  baseUrl: github.apiUrl,
  authStrategy: createAppAuth,
  auth: { appId: 424242, privateKey: key, installationId: installation.id },
})
const place = { owner: 'acme', repo: 'core' }

test('a call that the description allows leaves no violation, and every answer of the double satisfies the description', async () => {
  const { commit } = await github.push(core, { 'a.txt': 'a' })
  const made = await app.request('POST /repos/{owner}/{repo}/check-runs', { ...place, name: 'c', head_sha: commit })
  await app.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
    ...place,
    check_run_id: made.data.id,
    conclusion: 'success',
  })
  const next = await github.push(core, { 'b.txt': 'b', 'a.txt': null })
  const compared = await app.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
    ...place,
    basehead: `${commit}...${next.commit}`,
  })
  expect(compared.data.files?.map(({ filename, status }) => [filename, status])).toEqual([
    ['a.txt', 'removed'],
    ['b.txt', 'added'],
  ])
  await app.request('GET /app/installations/{installation_id}', { installation_id: installation.id })
  await app.request('GET /installation/repositories')
  await app.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { ...place, ref: commit })
  expect(github.checkRuns(core, commit)[0]?.history.map(({ conclusion }) => conclusion)).toEqual([null, 'success'])
  expect(github.violations).toEqual([])
})

test.for([
  ['an unknown operation', () => app.request('GET /nothing/of/that/kind'), 'no such operation'],
  [
    'a member that is missing',
    () => app.request('POST /repos/{owner}/{repo}/check-runs', { ...place, name: 'c' } as never),
    'head_sha',
  ],
  [
    'a word that is none of the enumeration',
    () =>
      app.request('POST /repos/{owner}/{repo}/check-runs', {
        ...place,
        name: 'c',
        head_sha: 'x',
        conclusion: 'great',
      } as never),
    'body',
  ],
  [
    'a query parameter that nobody knows',
    () => app.request('GET /installation/repositories', { pages: 2 } as never),
    'pages',
  ],
  [
    'a path parameter of another type',
    () => app.request('GET /app/installations/{installation_id}', { installation_id: 'x' } as never),
    'must be integer',
  ],
] as const)('%s is a violation', async ([, call, problem]) => {
  await expect(call()).rejects.toThrow()
  expect(github.violations).toEqual([expect.stringContaining(problem)])
})

test.for([
  ['of another key', { key: null }],
  ['of another App', { issuer: '1' }],
  ['that has expired', { issuedAt: -700, expiresIn: -100 }],
  ['that lives longer than ten minutes', { expiresIn: 700 }],
  ['from the future', { issuedAt: 120, expiresIn: 500 }],
] as const)('an App token %s is refused', async ([, facts]) => {
  const {
    issuer = '424242',
    issuedAt = 0,
    expiresIn = 500,
  } = { issuer: undefined, issuedAt: undefined, expiresIn: undefined, ...facts }
  const now = Math.floor(Date.now() / 1000)
  const other = 'key' in facts ? new TextEncoder().encode('a secret that is no key of the App') : createPrivateKey(key)
  const jwt = await new SignJWT({})
    .setProtectedHeader({ alg: 'key' in facts ? 'HS256' : 'RS256' })
    .setIssuer(issuer)
    .setIssuedAt(now + issuedAt)
    .setExpirationTime(now + expiresIn)
    .sign(other)
  const anybody = new Octokit({ log, baseUrl: github.apiUrl, auth: jwt })
  const call = anybody.request('GET /app/installations/{installation_id}', { installation_id: installation.id })
  await expect(call).rejects.toMatchObject({ status: 401 })
})

test('a token reaches neither repositories of others nor what it has no permission for', async () => {
  const foreign = github.addRepository(acme, 'secret')
  const compare = app.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
    ...place,
    repo: foreign.name,
    basehead: 'a...b',
  })
  await expect(compare).rejects.toMatchObject({ status: 404 })
  await expect(app.request('GET /user')).rejects.toMatchObject({ status: 403 })
})

test('every webhook satisfies the schema, is signed, and comes once unless it is told otherwise', async () => {
  const { commit } = await github.push(core, { 'x.txt': 'x' }, { branch: 'topic' })
  await github.pushTag(core, 'v1', commit, { annotated: true })
  const pull = await github.openPullRequest(core, { head: 'topic', author: octocat })
  for (const action of ['synchronize', 'ready_for_review', 'closed', 'reopened'] as const)
    await github.updatePullRequest(core, pull, action)
  await github.deleteBranch(core, 'topic')
  const { data } = await app.request('POST /repos/{owner}/{repo}/check-runs', {
    ...place,
    name: 'c',
    head_sha: commit,
    conclusion: 'success',
  })
  const check = github.checkRuns(core, commit).find(({ id }) => id === data.id)
  if (check === undefined) throw new Error('the check is not there')
  await github.rerunCheck(check, octocat)
  await github.pressCheckAction(check, 'approve', octocat)
  await github.rerunSuite(core, commit, octocat)
  await github.changeRepositories(installation, octocat, [github.addRepository(acme, 'more')], [])
  await github.changeRepositories(installation, octocat, [], [core])
  await github.changeRepositories(installation, octocat, [core], [])
  await github.renameRepository(core, 'heart', octocat)
  await github.suspend(installation, octocat)
  await github.unsuspend(installation, octocat)
  const brief = await github.install(octocat, [], octocat)
  await github.uninstall(brief, octocat)
  expect(received.length).toBe(19)
  expect(received.filter(({ isSigned }) => !isSigned)).toEqual([])
  github.webhooks.hold()
  await github.push(core, { 'y.txt': 'y' })
  await github.push(core, { 'z.txt': 'z' })
  received.length = 0
  await github.webhooks.release((held) => [...held].reverse().flatMap((each) => [each, each]))
  expect(received).toHaveLength(4)
  expect(new Set(received.map(({ delivery }) => delivery)).size).toBe(2)
})
