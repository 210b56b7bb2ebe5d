/**
 * A double of GitHub on loopback, for tests: API, OAuth pages, git and webhooks. GitHub's own
 * descriptions judge what arrives; refusals are kept in `violations`, which a test expects to be
 * empty.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { startGitServer } from '../git-server.ts'
import { type Misbehaviour, makeMood, misbehave } from '../misbehaviour.ts'
import { readBody } from '../read-body.ts'
import { answerApi } from './answer-api.ts'
import { readDefinition } from './definition.ts'
import { type Events, makeEvents } from './events.ts'
import { payloads } from './payloads.ts'
import { presenters } from './present.ts'
import { authorize, exchange, loginPage } from './sign-in.ts'
import { type Deliverer, makeDeliverer } from './webhooks.ts'
import { emptyWorld, type World } from './world.ts'

export interface Github extends Events {
  readonly url: string
  readonly apiUrl: string
  /** Base of clone addresses, `OWNER/NAME.git`. */
  readonly gitUrl: string
  /** Settings of a server that uses this GitHub. */
  readonly environment: Readonly<Record<string, string>>
  readonly world: World
  readonly webhooks: Deliverer
  /** Objections of GitHub's descriptions to requests, and to the double's answers. */
  readonly violations: readonly string[]
  /** For tests that send errors on purpose. */
  forgetViolations(): void
  /** `METHOD path` of every request to the API and the OAuth pages, in order. */
  readonly requests: readonly string[]
  /** Target of webhooks: the server's own address. */
  deliverTo(serverUrl: string): void
  /** Adds misbehaviour for the next matching requests. */
  misbehave(misbehaviour: Misbehaviour): void
  /** Chooses the misbehaviour of each request from now on, by method and path; null ends that. */
  disturb(choose: ((request: string) => Misbehaviour | undefined) | null): void
  /**
   * Plays a user's browser at an authorize URL. Returns the address to which GitHub sends it back.
   */
  authorize(authorizeUrl: string, login: string, options?: { readonly deny?: boolean }): Promise<URL>
  stop(): Promise<void>
}

export interface GithubOptions {
  /** Base address of the server under test; users are sent back below it only. */
  readonly publicUrl: string
  readonly callbackUrls?: readonly string[]
}

const appId = 424242
const webhookSecret = 'the-webhook-secret-of-tests'
const clientId = 'Iv1.0123456789abcdef'
const clientSecret = 'the-client-secret-of-tests-0123456789abcd'

export async function startGithub({ publicUrl, callbackUrls = [] }: GithubOptions): Promise<Github> {
  const folder = mkdtempSync('/var/tmp/harmont-github-')
  const definition = readDefinition()
  const world = emptyWorld()
  const mood = makeMood()
  const violations: string[] = []
  const requests: string[] = []
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const oauthApp = {
    clientId,
    clientSecret,
    callbackUrls: [`${publicUrl}/auth`, `${publicUrl}/api/v0/auth`, ...callbackUrls],
  }
  const git = await startGitServer(join(folder, 'git'), (token, path) => mayFetch(world, token, path))
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname } = new URL(request.url ?? '/', 'http://github')
      const line = `${request.method} ${pathname}`
      requests.push(line)
      const body = await readBody(request)
      const odd = mood.take(line)
      if (odd !== undefined && odd.how !== 'after') return misbehave(odd, response)
      const form = new URLSearchParams(body.toString())
      const note = (problems: readonly string[]) =>
        void violations.push(...problems.map((problem) => `${line}: ${problem}`))
      if (pathname.startsWith('/api/v3/'))
        note(
          await answerApi(services, request, body, response, odd === undefined ? null : () => misbehave(odd, response)),
        )
      else if (line === 'GET /login/oauth/authorize') note(authorize(world, oauthApp, request, response))
      else if (line === 'POST /login/oauth/access_token') note(exchange(world, oauthApp, request, form, response))
      else if (pathname === '/login') loginPage(world, request, form, response)
      else {
        note(['GitHub has no such page'])
        response.writeHead(404).end()
      }
    })()
  })
  const url = await listen(server)
  const addresses = { url, apiUrl: `${url}/api/v3`, gitUrl: git.url }
  const present = presenters(definition, addresses, appId)
  const services = { world, present, git, definition, apiUrl: addresses.apiUrl, app: { id: appId, publicKey } }
  let target = publicUrl
  const webhooks = makeDeliverer(webhookSecret, () => `${target}/webhooks/github`)
  const events = makeEvents({ world, git, webhooks, payloads: payloads(webhooks.example, addresses, appId) })
  return {
    ...events,
    url,
    apiUrl: addresses.apiUrl,
    gitUrl: git.url,
    environment: {
      HARMONT_GITHUB_URL: url,
      HARMONT_GITHUB_API_URL: addresses.apiUrl,
      HARMONT_GITHUB_CLIENT_ID: clientId,
      HARMONT_GITHUB_CLIENT_SECRET: clientSecret,
      HARMONT_GITHUB_APP_ID: String(appId),
      HARMONT_GITHUB_APP_SLUG: 'harmont-test',
      HARMONT_GITHUB_PRIVATE_KEY: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      HARMONT_GITHUB_WEBHOOK_SECRET: webhookSecret,
    },
    world,
    webhooks,
    violations,
    forgetViolations: () => void violations.splice(0),
    requests,
    deliverTo(serverUrl) {
      target = serverUrl
    },
    misbehave: (misbehaviour) => mood.add(misbehaviour),
    disturb: (choose) => mood.disturb(choose),
    async authorize(authorizeUrl, login, { deny = false } = {}) {
      const headers = { cookie: `user_session=${encodeURIComponent(login)}`, ...(deny ? { 'x-test-deny': '1' } : {}) }
      const answer = await fetch(authorizeUrl, { headers, redirect: 'manual' })
      const location = answer.headers.get('location')
      if (location === null) throw new Error(`GitHub answered ${answer.status} instead of going back`)
      return new URL(location)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await git.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

/**
 * Public repositories are open. Private ones need a token of an installation that may read their
 * contents.
 */
function mayFetch(world: World, token: string | null, path: string): boolean {
  const [, owner, name] = /^\/([^/]+)\/([^/]+)\.git\//.exec(path) ?? []
  const repository = world.repositories.find((each) => each.owner.login === owner && each.name === name)
  if (repository === undefined) return true // the git server says 404
  if (token === null) return !repository.isPrivate
  const known = world.tokens.get(token)
  if (known?.kind !== 'installation' || known.expiresAt <= Date.now()) return false
  const { installation, repositoryIds, permissions } = known
  return (
    installation.suspendedAt === null &&
    installation.repositories.has(repository) &&
    (repositoryIds === null || repositoryIds.includes(repository.id)) &&
    permissions.contents !== undefined
  )
}
