/** Operations of GitHub's API that the double implements. Any other request is a violation. */
import { gitRepository } from '../git-server.ts'
import { changedFiles, relation } from '../repository-work.ts'
import type { MatchedOperation } from './definition.ts'
import { isObject, type Json } from './json.ts'
import type { Presenters } from './present.ts'
import { needInstallation, needUser, Refused, type Who } from './who.ts'
import { type CheckRun, findAccount, findRepository, newToken, type Repository, type World } from './world.ts'

interface Call extends MatchedOperation {
  readonly who: Who | null
  readonly query: URLSearchParams
  readonly body: Json
}

interface Answer {
  readonly status: number
  readonly body: unknown
  /** The whole list that this page is from, for the Link header. */
  readonly total?: number
}

export interface ApiServices {
  readonly world: World
  readonly present: Presenters
  readonly git: { readonly folder: string; readonly url: string }
  readonly apiUrl: string
}

type Handler = (call: Call, services: ApiServices) => Answer

const notFound = () => new Refused(404, 'Not Found')
const invalid = (message: string) => new Refused(422, message)

export const api: Readonly<Record<string, Handler>> = {
  'GET /app/installations/{installation_id}': ({ who, params }, { world, present }) => {
    if (who?.kind !== 'app') throw new Refused(401, 'A JSON web token could not be decoded')
    const found = world.installations.find(({ id }) => id === Number(params.installation_id))
    if (found === undefined) throw notFound()
    return { status: 200, body: present.installation(found) }
  },
  'POST /app/installations/{installation_id}/access_tokens': ({ who, params, body }, { world, present }) => {
    if (who?.kind !== 'app') throw new Refused(401, 'A JSON web token could not be decoded')
    const installation = world.installations.find(({ id }) => id === Number(params.installation_id))
    if (installation === undefined) throw notFound()
    if (installation.suspendedAt !== null) throw new Refused(403, 'This installation has been suspended')
    const wished = isObject(body.permissions) ? body.permissions : installation.permissions
    for (const [name, level] of Object.entries(wished)) {
      const has = installation.permissions[name]
      if (has !== level && has !== 'write')
        throw invalid('The permissions requested are not granted to this installation.')
    }
    const ids = Array.isArray(body.repository_ids) ? body.repository_ids.map(Number) : null
    const all = [...installation.repositories]
    if (ids?.some((id) => !all.some((each) => each.id === id)))
      throw invalid(
        'There is at least one repository that does not exist or is not accessible to the parent installation.',
      )
    const token = newToken('ghs')
    const expiresAt = Date.now() + 3_600_000
    const permissions = Object.fromEntries(Object.entries(wished).map(([name, level]) => [name, String(level)]))
    world.tokens.set(token, { kind: 'installation', installation, permissions, repositoryIds: ids, expiresAt })
    const repositories =
      ids === null ? {} : { repositories: all.filter(({ id }) => ids.includes(id)).map(present.repository) }
    const expires = new Date(expiresAt).toISOString().replace(/\.\d+/, '')
    return {
      status: 201,
      body: { token, expires_at: expires, permissions: wished, repository_selection: 'selected', ...repositories },
    }
  },
  'GET /installation/repositories': ({ who, query }, { present }) => {
    const all = [...needInstallation(who, 'metadata', 'read').repositories]
    const repositories = pageOf(all, query).map(present.repository)
    return {
      status: 200,
      body: { total_count: all.length, repository_selection: 'selected', repositories },
      total: all.length,
    }
  },
  'GET /user': ({ who }, { present }) => ({ status: 200, body: present.user(needUser(who).user) }),
  'GET /user/emails': ({ who, query }) => {
    const { user, scopes } = needUser(who)
    if (!scopes.includes('user:email') && !scopes.includes('user')) throw notFound()
    const emails = user.emails.map((each) => ({ ...each, visibility: each.primary ? 'private' : null }))
    return { status: 200, body: pageOf(emails, query), total: emails.length }
  },
  'GET /user/{account_id}': ({ params }, { world, present }) => {
    const found = world.accounts.find(({ id }) => id === Number(params.account_id))
    if (found === undefined) throw notFound()
    return { status: 200, body: present.user(found) }
  },
  'GET /orgs/{org}/memberships/{username}': ({ who, params }, { world, present }) => {
    const installation = needInstallation(who, 'members', 'read')
    const organization = findAccount(world, params.org ?? '')
    const user = findAccount(world, params.username ?? '')
    if (organization === undefined || user === undefined) throw notFound()
    if (installation.account !== organization) throw new Refused(403, 'Resource not accessible by integration')
    const member = organization.members.get(user.id)
    if (member === undefined) throw notFound()
    return { status: 200, body: present.membership(organization, user, member.role, member.state) }
  },
  'POST /repos/{owner}/{repo}/check-runs': (call, { world, present, git }) => {
    const repository = repositoryOf(call, world, 'checks', 'write')
    const { head_sha: headSha } = call.body
    if (typeof headSha !== 'string' || !hasCommit(repository, git, headSha))
      throw invalid(`No commit found for SHA: ${headSha}`)
    const check: CheckRun = { id: world.nextId(), repository, headSha, history: [], fields: {} }
    world.checks.push(check)
    setFields(check, call.body)
    return { status: 201, body: present.check(check) }
  },
  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': (call, { world, present }) => {
    const repository = repositoryOf(call, world, 'checks', 'write')
    const check = world.checks.find(
      (each) => each.repository === repository && each.id === Number(call.params.check_run_id),
    )
    if (check === undefined) throw notFound()
    setFields(check, call.body)
    return { status: 200, body: present.check(check) }
  },
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': (call, { world, present }) => {
    const repository = repositoryOf(call, world, 'checks', 'read')
    const name = call.query.get('check_name')
    const all = world.checks.filter(
      (each) =>
        each.repository === repository &&
        each.headSha === call.params.ref &&
        (name === null || each.fields.name === name),
    )
    const checks = pageOf(all.toReversed(), call.query).map(present.check)
    return { status: 200, body: { total_count: all.length, check_runs: checks }, total: all.length }
  },
  'GET /repos/{owner}/{repo}/compare/{basehead}': (call, { world, present, git }) => {
    const repository = repositoryOf(call, world, 'contents', 'read')
    const [base = '', head = ''] = (call.params.basehead ?? '').split('...')
    if (!hasCommit(repository, git, base) || !hasCommit(repository, git, head)) throw notFound()
    const files = changedFiles(gitOf(repository, git), base, head, 'merge base')
    // Answers as GitHub does: the first page has at most 300 files, the others none.
    const shown = Number(call.query.get('page') ?? 1) > 1 ? [] : files.slice(0, 300)
    return {
      status: 200,
      body: { ...present.comparison(shown.map(present.file)), status: relation(gitOf(repository, git), base, head) },
    }
  },
  'GET /repos/{owner}/{repo}/git/ref/{ref}': (call, { world, git, apiUrl }) => {
    const repository = repositoryOf(call, world, 'contents', 'read')
    const ref = `refs/${call.params.ref}`
    const { git: run, hasRefs } = gitRepository(git, `${repository.owner.login}/${repository.name}`)
    const object = hasRefs() ? run(['for-each-ref', '--format=%(objectname) %(objecttype)', ref]) : ''
    const [sha, type] = object.split(' ')
    if (!sha || !type) throw notFound()
    const url = `${apiUrl}/repos/${repository.owner.login}/${repository.name}/git/refs`
    return { status: 200, body: { ref, node_id: 'REF', url, object: { type, sha, url } } }
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/files': (call, { world, present, git }) => {
    const repository = repositoryOf(call, world, 'pull_requests', 'read')
    const pull = repository.pulls.find(({ number }) => number === Number(call.params.pull_number))
    if (pull === undefined) throw notFound()
    const files = changedFiles(gitOf(repository, git), pull.base.sha, pull.head.sha, 'merge base').slice(0, 3000)
    return { status: 200, body: pageOf(files, call.query).map(present.file), total: files.length }
  },
}

/** Sets what was sent, by rules that the description has only in prose. */
function setFields(check: CheckRun, body: Json): void {
  const { head_sha: _, ...sent } = body
  const fields: Record<string, unknown> = { ...check.fields, ...sent }
  if (sent.conclusion !== undefined) fields.status = 'completed'
  if (fields.status === 'completed' && fields.conclusion === undefined)
    throw invalid('Invalid request. "conclusion" is required when "status" is "completed".')
  if (Array.isArray(sent.actions) && sent.actions.length > 3) throw invalid('No more than 3 actions may be given.')
  const text = isObject(sent.output) ? [sent.output.summary, sent.output.text] : []
  if (text.some((each) => typeof each === 'string' && each.length > 65_535))
    throw invalid('Only 65535 characters are allowed')
  if (fields.status === 'completed') fields.completed_at ??= new Date().toISOString()
  else for (const name of ['conclusion', 'completed_at']) delete fields[name]
  check.fields = fields
  const conclusion = typeof fields.conclusion === 'string' ? fields.conclusion : null
  check.history.push({ status: String(fields.status ?? 'queued'), conclusion })
}

function repositoryOf({ who, params }: Call, world: World, permission: string, level: 'read' | 'write'): Repository {
  const installation = needInstallation(who, permission, level)
  const found = findRepository(world, params.owner ?? '', params.repo ?? '')
  const ids = who?.kind === 'installation' ? who.token.repositoryIds : null
  if (found === undefined || !installation.repositories.has(found) || (ids !== null && !ids.includes(found.id)))
    throw notFound()
  return found
}

const work = ({ owner, name }: Repository, git: ApiServices['git']) => gitRepository(git, `${owner.login}/${name}`)
const gitOf = (repository: Repository, git: ApiServices['git']) => work(repository, git).git

/** Commits that were found; they stay. Each check of a server asks for one. */
const found = new WeakMap<Repository, Set<string>>()

function hasCommit(repository: Repository, git: ApiServices['git'], sha: string): boolean {
  const { commitOf, git: run } = work(repository, git)
  if (!/^[0-9a-f]{40}$/.test(sha)) return commitOf(`refs/heads/${sha}`) !== null
  const known = found.get(repository) ?? new Set()
  found.set(repository, known)
  if (!known.has(sha) && !run(['cat-file', '--batch-check'], sha).endsWith('missing')) known.add(sha)
  return known.has(sha)
}

/** Returns the requested page. GitHub's pages hold 30 entries by default and at most 100. */
function pageOf<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const { page, size } = pageWish(query)
  return all.slice((page - 1) * size, page * size)
}

export function pageWish(query: URLSearchParams): { readonly page: number; readonly size: number } {
  return { page: Number(query.get('page') ?? 1), size: Math.min(100, Number(query.get('per_page') ?? 30)) }
}
