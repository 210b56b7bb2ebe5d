/**
 * The calls of Bitbucket's API 2.0 that a CI makes:
 * https://developer.atlassian.com/cloud/bitbucket/rest/
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gitRepository } from '../git-server.ts'
import { changedFiles } from '../repository-work.ts'
import { annotationsProblem, hookProblem, reportProblem, statusProblem } from './definition.ts'
import { type Addresses, presentHook, presentRepository, presentWorkspace } from './present.ts'
import {
  type BitbucketRepository,
  type BitbucketUser,
  mayRead,
  newUuid,
  type Sent,
  userOf,
  type World,
} from './world.ts'

export interface ApiServices {
  readonly world: World
  readonly git: { readonly folder: string; readonly url: string }
  readonly addresses: Addresses
}

interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly problem?: string
}

const pageSize = 2

/** Answers one call. Returns what is wrong with it by Bitbucket's own definition. */
export function answerApi(
  services: ApiServices,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): readonly string[] {
  const url = new URL(request.url ?? '/', services.addresses.url)
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null
  const user = userOf(services.world, token)
  const {
    status,
    body: told,
    problem,
  } = user === undefined
    ? failed(401, 'Access token expired. Use your refresh token to obtain a new access token.')
    : act(services, user, request.method ?? 'GET', url, readJson(body))
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(told === undefined ? '' : JSON.stringify(told))
  return problem === undefined ? [] : [problem]
}

function act(services: ApiServices, user: BitbucketUser, method: string, url: URL, sent: Sent): Answer {
  const { world, addresses } = services
  const [, ...parts] = url.pathname.replace('/2.0', '').split('/').map(decodeURIComponent)
  if (parts[0] === 'user' && parts[1] === 'permissions' && parts[2] === 'workspaces') {
    if (url.searchParams.get('q') !== 'permission="owner"') return { ...failed(400, 'q'), problem: 'q: unknown filter' }
    const owned = world.workspaces.filter(({ owners }) => owners.includes(user))
    const rows = owned.map((each) => ({
      type: 'workspace_membership',
      permission: 'owner',
      workspace: presentWorkspace(each),
    }))
    return page(url, rows)
  }
  if (parts[0] !== 'repositories')
    return { ...failed(404, 'Resource not found'), problem: `no such path: ${url.pathname}` }
  const [, workspace = '', slug, ...rest] = parts
  const inWorkspace = world.repositories.filter(
    ({ workspace: its }) => its.slug === workspace || its.uuid === workspace,
  )
  if (slug === undefined)
    return page(
      url,
      inWorkspace.filter((each) => mayRead(user, each)).map((each) => presentRepository(each, addresses)),
    )
  const repository = inWorkspace.find((each) => each.slug === slug || each.uuid === slug)
  if (repository === undefined) return failed(404, `Repository ${workspace}/${slug} not found`)
  if (!mayRead(user, repository)) return failed(403, 'You may not have access to this repository')
  if (rest.length === 0) return { status: 200, body: presentRepository(repository, addresses) }
  // Writing needs more rights than reading.
  if (method !== 'GET' && !repository.workspace.owners.includes(user))
    return failed(403, 'Your credentials lack write access to this repository')
  return inRepository(services, repository, method, url, rest, sent)
}

function inRepository(
  { git, world }: ApiServices,
  repository: BitbucketRepository,
  method: string,
  url: URL,
  parts: readonly string[],
  sent: Sent,
): Answer {
  const fullName = `${repository.workspace.slug}/${repository.slug}`
  const { git: run, commitOf } = gitRepository(git, fullName)
  const [first, second = '', third, fourth = '', fifth] = parts
  if (first === 'hooks') return hooks(repository, method, second, url, sent)
  if (first === 'refs' && second === 'branches') {
    const hash = commitOf(`refs/heads/${third}`)
    return hash === null
      ? failed(404, 'No such branch')
      : { status: 200, body: { type: 'branch', name: third, target: { hash } } }
  }
  if (first === 'commit') {
    const hash = run(['rev-list', '--all'])
      .split('\n')
      .find((id) => second !== '' && id.startsWith(second))
    // The commits of a fork belong to it.
    if (hash === undefined) return failed(404, 'Commit not found')
    if (third === undefined) return { status: 200, body: { type: 'commit', hash } }
  }
  if (first === 'commit' && third === 'statuses' && method === 'POST')
    return keep(repository.statuses, second, sent, statusProblem(sent), 201)
  if (first === 'commit' && third === 'reports' && (fifth === 'annotations' || method === 'DELETE'))
    return fifth === undefined
      ? removeReport(repository, second, fourth)
      : annotate(repository, method, second, fourth, sent)
  if (first === 'commit' && third === 'reports' && method === 'PUT')
    return keep(repository.reports, second, { ...sent, id: fourth }, reportProblem(sent), 200)
  if (first === 'diffstat') {
    const [head = '', base = ''] = second.split('..')
    return page(
      url,
      statOf(changedFiles(run, base, head, url.searchParams.get('topic') === 'false' ? 'base' : 'merge base')),
    )
  }
  if (first === 'pullrequests' && third === 'diffstat') {
    const pull = world.pullRequests.get(`${fullName}#${second}`)
    if (pull === undefined || !world.repositories.includes(pull.from)) return failed(404, 'No such pull request')
    const { git: inSource } = gitRepository(git, `${pull.from.workspace.slug}/${pull.from.slug}`)
    return page(url, statOf(changedFiles(inSource, pull.base, pull.head, 'merge base')))
  }
  return { ...failed(404, 'Resource not found'), problem: `no such path: ${url.pathname}` }
}

/** Removes a report with its annotations; one that is updated keeps them. */
function removeReport({ reports, annotations }: BitbucketRepository, commit: string, id: string): Answer {
  const known = reports.get(commit)?.some((report) => report.id === id) ?? false
  if (!known) return failed(404, 'Report not found')
  reports.set(commit, reports.get(commit)?.filter((report) => report.id !== id) ?? [])
  annotations.delete(`${commit} ${id}`)
  return { status: 204 }
}

function annotate(
  { reports, annotations }: BitbucketRepository,
  method: string,
  commit: string,
  id: string,
  sent: Sent,
): Answer {
  if (method !== 'POST') return { ...failed(405, 'Method not allowed'), problem: `annotations: ${method}` }
  if (reports.get(commit)?.some((report) => report.id === id) !== true) return failed(404, 'Report not found')
  const problem = annotationsProblem(sent)
  if (problem !== null) return { ...failed(400, problem), problem }
  const place = `${commit} ${id}`
  const all = sent as unknown as readonly Sent[]
  const added = all.map((annotation) => [String(annotation.external_id), annotation] as const)
  annotations.set(place, new Map([...(annotations.get(place) ?? []), ...added]))
  return { status: 200, body: all }
}

function hooks(repository: BitbucketRepository, method: string, uuid: string, url: URL, sent: Sent): Answer {
  if (!repository.isAdministered) return failed(403, 'You do not have permission to administer this repository')
  if (method === 'GET') return page(url, repository.hooks.map(presentHook))
  const known = repository.hooks.findIndex((hook) => hook.uuid === uuid)
  if (method === 'DELETE') {
    if (known === -1) return failed(404, 'No such webhook')
    repository.hooks.splice(known, 1)
    return { status: 204 }
  }
  const problem = hookProblem(sent)
  if (problem !== null) return { ...failed(400, problem), problem }
  const facts = { url: String(sent.url), secret: String(sent.secret ?? ''), events: sent.events as readonly string[] }
  if (method === 'PUT') {
    const hook = repository.hooks[known]
    if (hook === undefined) return failed(404, 'No such webhook')
    Object.assign(hook, facts)
    return { status: 200, body: presentHook(hook) }
  }
  const hook = { uuid: newUuid(), ...facts }
  repository.hooks.push(hook)
  return { status: 201, body: presentHook(hook) }
}

function keep(place: Map<string, Sent[]>, commit: string, sent: Sent, problem: string | null, status: number): Answer {
  if (problem !== null) return { ...failed(400, problem), problem }
  place.set(commit, [...(place.get(commit) ?? []), sent])
  return { status, body: { ...sent, uuid: newUuid() } }
}

function statOf(files: ReturnType<typeof changedFiles>): readonly unknown[] {
  return files.map(({ filename, previous, status }) => ({
    type: 'diffstat',
    status,
    old: status === 'added' ? null : { path: previous ?? filename, type: 'commit_file' },
    new: status === 'removed' ? null : { path: filename, type: 'commit_file' },
  }))
}

/** Small pages, so that clients must follow links. */
function page(url: URL, all: readonly unknown[]): Answer {
  const number = Number(url.searchParams.get('page') ?? 1)
  const next = new URL(url)
  next.searchParams.set('page', String(number + 1))
  const hasMore = number * pageSize < all.length
  const values = all.slice((number - 1) * pageSize, number * pageSize)
  return { status: 200, body: { values, pagelen: pageSize, page: number, ...(hasMore ? { next: next.href } : {}) } }
}

function failed(status: number, message: string): Answer {
  return { status, body: { type: 'error', error: { message } } }
}

function readJson(body: Buffer): Sent {
  return body.length === 0 ? {} : (JSON.parse(body.toString()) as Sent)
}
