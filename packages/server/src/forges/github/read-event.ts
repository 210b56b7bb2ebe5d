/** Translates GitHub's webhooks into events. */
import type {
  ForgeAccount,
  ForgeEvent,
  ForgeRepository,
  ForgeUser,
  InstallationEvent,
  PullRequestEvent,
  PushEvent,
} from '../forge/events.ts'
import { Payload } from '../forge/payload.ts'

const noCommit = '0'.repeat(40)
/** The most commits that GitHub lists in a push. */
const mostCommits = 2048

type Reader = (payload: Payload) => ForgeEvent | null

/** The readers of events by name. Other events are ignored. */
const readers: Readonly<Record<string, Reader>> = {
  push: readPush,
  pull_request: readPullRequest,
  check_run: readCheckRun,
  check_suite: (payload) =>
    payload.text('action') === 'rerequested'
      ? {
          type: 'rerun',
          ...readOrigin(payload),
          of: { kind: 'commit' },
          commit: payload.at('check_suite').text('head_sha'),
          sender: readUser(payload.at('sender')),
        }
      : null,
  installation: readInstallation,
  installation_repositories: (payload) => ({
    type: 'repositories',
    installation: payload.at('installation').id('id'),
    removedIds: payload.list('repositories_removed').map((each) => each.id('id')),
  }),
  // The account of an installation was renamed.
  installation_target: (payload) => ({
    type: 'repositories',
    installation: payload.at('installation').id('id'),
    removedIds: [],
  }),
  repository: (payload) => {
    const installation = payload.maybe('installation')
    if (installation === null || payload.text('action') === 'created') return null
    return payload.text('action') === 'deleted'
      ? { type: 'repositories', installation: installation.id('id'), removedIds: [payload.at('repository').id('id')] }
      : { type: 'repository_changed', ...readOrigin(payload) }
  },
}

/** Returns the relevant events of a delivery. Throws `EventUnreadable`. */
export function readEvents(event: string, body: Buffer): readonly ForgeEvent[] {
  const reader = Object.hasOwn(readers, event) ? readers[event] : undefined
  const read = reader === undefined ? null : reader(Payload.parse(body))
  return read === null ? [] : [read]
}

/** Returns null without an installation: then a repository's webhook sent the push, not our App. */
function readPush(payload: Payload): PushEvent | null {
  if (payload.maybe('installation') === null) return null
  const before = payload.text('before')
  const after = payload.text('after')
  const head = payload.maybe('head_commit')
  return {
    type: 'push',
    ...readOrigin(payload),
    ref: payload.text('ref'),
    before: before === noCommit ? null : before,
    // For an annotated tag, `after` is the tag itself; the commit is the head commit.
    after: after === noCommit ? null : (head?.text('id') ?? after),
    message: head?.text('message') ?? null,
    files: readFiles(payload),
    sender: readUser(payload.at('sender')),
  }
}

/** Returns the paths of the commits; null if one has no paths: GitHub omits large lists. */
function readFiles(payload: Payload): readonly string[] | null {
  const commits = payload.list('commits')
  const filesOf = commits.map((commit) => ['added', 'removed', 'modified'].flatMap((name) => commit.texts(name)))
  if (commits.length === 0 || commits.length >= mostCommits || payload.flag('forced')) return null
  return filesOf.some((files) => files.length === 0) ? null : [...new Set(filesOf.flat())]
}

const pullRequestActions = ['opened', 'synchronize', 'reopened', 'closed', 'ready_for_review'] as const

function readPullRequest(payload: Payload): PullRequestEvent | null {
  const action = pullRequestActions.find((each) => each === payload.text('action'))
  if (action === undefined || payload.maybe('installation') === null) return null
  const origin = readOrigin(payload)
  const pull = payload.at('pull_request')
  const head = pull.at('head')
  const repository = head.maybe('repo')
  const base = pull.at('base')
  return {
    type: 'pull_request',
    ...origin,
    action,
    number: Number(pull.id('number')),
    title: pull.text('title'),
    url: `${origin.repository.cloneUrl.replace(/\.git$/, '')}/pull/${pull.id('number')}`,
    head: {
      ref: head.text('ref'),
      sha: head.text('sha'),
      isFork: repository?.id('id') !== origin.repository.externalId,
      repository: repository?.text('full_name') ?? null,
      // The base repository has the heads of pull requests from forks, even after the fork is
      // deleted.
      refs: [`refs/pull/${pull.id('number')}/head`],
      isInForkOnly: false,
    },
    base: { ref: base.text('ref'), sha: base.text('sha') },
    // A changed title or description is the action `edited`, which is not read.
    asOf: null,
    author: readUser(pull.at('user')),
    sender: readUser(payload.at('sender')),
  }
}

function readCheckRun(payload: Payload): ForgeEvent | null {
  const action = payload.text('action')
  if (action !== 'rerequested' && action !== 'requested_action') return null
  const run = payload.at('check_run')
  const checkId = run.id('id')
  const externalId = run.maybeText('external_id') || null
  const facts = { ...readOrigin(payload), commit: run.text('head_sha'), sender: readUser(payload.at('sender')) }
  return action === 'rerequested'
    ? { type: 'rerun', ...facts, of: { kind: 'check', checkId, externalId } }
    : { type: 'check_action', ...facts, checkId, externalId, action: payload.at('requested_action').text('identifier') }
}

const installationActions: Readonly<Record<string, InstallationEvent['action']>> = {
  created: 'created',
  deleted: 'deleted',
  suspend: 'suspended',
  unsuspend: 'unsuspended',
  new_permissions_accepted: 'changed',
}

function readInstallation(payload: Payload): InstallationEvent | null {
  const action = installationActions[payload.text('action')]
  if (action === undefined) return null
  const requester = payload.maybe('requester')
  const installation = payload.at('installation')
  return {
    type: 'installation',
    action,
    installation: installation.id('id'),
    account: readAccount(installation.at('account')),
    sender: readUser(payload.at('sender')),
    requester: requester === null ? null : readUser(requester),
  }
}

function readOrigin(payload: Payload): { readonly repository: ForgeRepository; readonly installation: string } {
  return { repository: readRepository(payload.at('repository')), installation: payload.at('installation').id('id') }
}

function readRepository(repository: Payload): ForgeRepository {
  return {
    externalId: repository.id('id'),
    owner: repository.at('owner').text('login'),
    name: repository.text('name'),
    fullName: repository.text('full_name'),
    cloneUrl: repository.text('clone_url'),
    defaultBranch: repository.text('default_branch'),
    isPrivate: repository.flag('private'),
  }
}

function readUser(user: Payload): ForgeUser {
  return { id: user.id('id'), login: user.text('login') }
}

function readAccount(account: Payload): ForgeAccount {
  return { ...readUser(account), type: account.text('type') === 'Organization' ? 'Organization' : 'User' }
}
