/**
 * A double of Bitbucket Cloud on loopback, for tests: OAuth, API 2.0, git and signed webhooks.
 * Atlassian's own definition judges what arrives; refusals are kept in `violations`, which a test
 * expects to be empty.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type GitFile, gitRepository, startGitServer } from '../git-server.ts'
import { type Misbehaviour, makeMood, misbehave } from '../misbehaviour.ts'
import { readBody } from '../read-body.ts'
import { answerApi } from './answer-api.ts'
import { presentRepository, presentUser } from './present.ts'
import { pullRequests } from './pull-requests.ts'
import { exchange } from './sign-in.ts'
import {
  type BitbucketRepository,
  type BitbucketUser,
  type BitbucketWorkspace,
  mayRead,
  newToken,
  newUuid,
  userOf,
  type World,
} from './world.ts'

export type BitbucketDouble = Awaited<ReturnType<typeof startBitbucket>>

type Files = Readonly<Record<string, GitFile>>

const consumer = { clientId: 'harmont-of-tests', clientSecret: 'the-consumer-secret-of-tests' }

export async function startBitbucket() {
  const folder = mkdtempSync('/var/tmp/harmont-bitbucket-')
  const world: World = { workspaces: [], repositories: [], grants: [], codes: new Map(), pullRequests: new Map() }
  const mood = makeMood()
  const violations: string[] = []
  const requests: string[] = []
  const deliveries: { readonly id: string; readonly status: number }[] = []
  const git = await startGitServer(join(folder, 'git'), (token, path) => mayFetch(world, token, path))
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const addresses = { url, gitUrl: git.url }
  let target = 'http://127.0.0.1:1'

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', url)
    const line = `${request.method} ${pathname}`
    requests.push(line)
    const body = await readBody(request)
    const odd = mood.take(line)
    if (odd !== undefined && odd.how !== 'after') return misbehave(odd, response)
    const done = odd === undefined ? response : nowhere()
    const note = (problems: readonly string[]) => violations.push(...problems.map((problem) => `${line}: ${problem}`))
    if (line === 'POST /site/oauth2/access_token')
      note(exchange(world, consumer, request, new URLSearchParams(body.toString()), done))
    else if (pathname.startsWith('/2.0/')) note(answerApi({ world, git, addresses }, request, body, done))
    else if (line === 'GET /site/oauth2/authorize')
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Grant access?</title>')
    else if (line === 'GET /favicon.ico') response.writeHead(404).end()
    else {
      note(['Bitbucket has no such page'])
      response.writeHead(404).end()
    }
    if (odd !== undefined) misbehave(odd, response)
  }

  const work = ({ workspace, slug }: BitbucketRepository) => gitRepository(git, `${workspace.slug}/${slug}`)

  /** Sends an event to every webhook of a repository that asks for it, and returns its id. */
  async function deliver(
    repository: BitbucketRepository,
    event: string,
    facts: unknown,
    id: string = randomUUID(),
  ): Promise<string> {
    const payload = JSON.stringify(facts)
    for (const hook of repository.hooks.filter(({ events }) => events.includes(event))) {
      const answered = await fetch(`${target}${new URL(hook.url).pathname}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Bitbucket-Webhooks/2.0',
          'x-event-key': event,
          'x-hook-uuid': hook.uuid.slice(1, -1),
          'x-request-uuid': id,
          'x-attempt-number': '1',
          'x-hub-signature': `sha256=${createHmac('sha256', hook.secret).update(payload).digest('hex')}`,
        },
        body: payload,
      }).catch(() => null) // the server is down: Bitbucket notes it and goes on
      deliveries.push({ id, status: answered?.status ?? 0 })
      await answered?.arrayBuffer()
    }
    return id
  }

  function add(
    workspace: BitbucketWorkspace,
    slug: string,
    parent: BitbucketRepository | null,
    isPrivate: boolean,
  ): BitbucketRepository {
    const repository: BitbucketRepository = {
      ...{ uuid: newUuid(), workspace, slug, isPrivate, parent, mainBranch: 'main', isAdministered: true },
      ...{ hooks: [], statuses: new Map(), reports: new Map(), annotations: new Map() },
    }
    world.repositories.push(repository)
    return repository
  }

  const takeOver = (fork: BitbucketRepository, from: BitbucketRepository) =>
    work(fork).git(['fetch', '--quiet', '--update-head-ok', work(from).directory, 'refs/heads/*:refs/heads/*'])

  const end = (ref: string, hash: string | null, message: string | null) =>
    hash === null
      ? null
      : {
          type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
          name: ref.replace(/^refs\/(heads|tags)\//, ''),
          target: { type: 'commit', hash, message },
        }

  const pulls = pullRequests({ world, addresses, work, deliver })

  return {
    world,
    url,
    violations,
    requests,
    deliveries,
    environment: {
      HARMONT_BITBUCKET_URL: url,
      HARMONT_BITBUCKET_API_URL: url,
      HARMONT_BITBUCKET_CLIENT_ID: consumer.clientId,
      HARMONT_BITBUCKET_CLIENT_SECRET: consumer.clientSecret,
    },
    misbehave: (misbehaviour: Misbehaviour) => mood.add(misbehaviour),
    /** Target of webhooks: the server's own address. */
    deliverTo(serverUrl: string) {
      target = serverUrl
    },
    deliver,
    addUser: (nickname: string): BitbucketUser => ({ uuid: newUuid(), nickname }),
    addWorkspace(slug: string, owners: readonly BitbucketUser[]): BitbucketWorkspace {
      const workspace = { uuid: newUuid(), slug, name: slug.toUpperCase(), owners: [...owners] }
      world.workspaces.push(workspace)
      return workspace
    },
    addRepository(workspace: BitbucketWorkspace, slug: string): BitbucketRepository {
      return add(workspace, slug, null, true)
    },
    /** Forks a repository with its current content. Webhooks are not copied. */
    fork(
      parent: BitbucketRepository,
      workspace: BitbucketWorkspace,
      { isPrivate, slug = parent.slug }: { readonly isPrivate: boolean; readonly slug?: string },
    ): BitbucketRepository {
      const fork = add(workspace, slug, parent, isPrivate)
      takeOver(fork, parent)
      return fork
    },
    removeRepository(repository: BitbucketRepository): void {
      world.repositories.splice(world.repositories.indexOf(repository), 1)
      rmSync(work(repository).directory, { recursive: true })
    },
    /** Points a branch to a commit, like a forced push without an event. */
    pointBranch(repository: BitbucketRepository, branch: string, commit: string): void {
      work(repository).git(['update-ref', `refs/heads/${branch}`, commit])
    },
    /**
     * Returns what a person brings back from Bitbucket's page at this address: a code, and the
     * state unchanged.
     */
    agree(authorizeUrl: string, user: BitbucketUser): { readonly code: string; readonly state: string } {
      const { origin, pathname, searchParams } = new URL(authorizeUrl)
      if (origin + pathname !== `${url}/site/oauth2/authorize` || searchParams.get('client_id') !== consumer.clientId)
        throw new Error(`Bitbucket has no such page: ${authorizeUrl}`)
      if (searchParams.get('response_type') !== 'code') throw new Error('expected response_type=code')
      const code = newToken()
      world.codes.set(code, user)
      return { code, state: searchParams.get('state') ?? '' }
    },
    /** Expires all access tokens, or revokes them early. */
    expireTokens(how: 'expired' | 'taken back') {
      for (const grant of world.grants)
        if (how === 'expired') grant.expiresAt = 0
        else grant.accessToken = newToken()
    },
    /**
     * Pushes commits of these files to branches in one event. Returns the newest commit of each.
     */
    async push(
      repository: BitbucketRepository,
      branches: Readonly<Record<string, Files>>,
      by: BitbucketUser,
    ): Promise<{ readonly commits: readonly string[]; readonly delivery: string }> {
      const changes = Object.entries(branches).map(([branch, files]) => {
        const ref = branch.startsWith('refs/') ? branch : `refs/heads/${branch}`
        const before = work(repository).commitOf(ref)
        // A new branch or tag begins at the main branch.
        const main = before === null ? work(repository).commitOf(`refs/heads/${repository.mainBranch}`) : null
        const from = main === null ? {} : { parent: main }
        const hash = work(repository).commit({ ref, files, message: 'pushed', ...from })
        return { ref, before, hash }
      })
      const delivery = await deliver(repository, 'repo:push', {
        actor: presentUser(by),
        repository: presentRepository(repository, addresses),
        push: {
          changes: changes.map(({ ref, before, hash }) => ({
            new: end(ref, hash, 'pushed'),
            old: end(ref, before, null),
            created: before === null,
            closed: false,
            forced: false,
          })),
        },
      })
      return { commits: changes.map(({ hash }) => hash), delivery }
    },
    ...pulls,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await git.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Performs the request and drops its answer, so that only its effect remains. */
function nowhere(): ServerResponse {
  const nothing = { writeHead: () => nothing, end: () => nothing } as unknown as ServerResponse
  return nothing
}

/** Private repositories need the token of an account that may read them. */
function mayFetch(world: World, token: string | null, path: string): boolean {
  const [, workspace, slug] = /^\/([^/]+)\/([^/]+)\.git\//.exec(path) ?? []
  const repository = world.repositories.find((each) => each.workspace.slug === workspace && each.slug === slug)
  return repository === undefined || mayRead(userOf(world, token), repository)
}
