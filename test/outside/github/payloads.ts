/** Facts of events, laid over the examples of GitHub's webhooks. */
import { isObject, type Json, objectAt } from './json.ts'
import type { Addresses } from './present.ts'
import type { Account, CheckRun, Installation, PullRequest, Repository } from './world.ts'

export type Payloads = ReturnType<typeof payloads>

/** `exampleOf` returns an example's own objects, with members that do not matter here. */
export function payloads(
  exampleOf: (event: string, action: string | null) => Json,
  { url, apiUrl, gitUrl }: Addresses,
  appId: number,
) {
  const user = (of: Account): Json => ({
    ...objectAt(exampleOf('push', null).sender),
    login: of.login,
    id: of.id,
    type: of.type,
  })
  const repository = (of: Repository): Json => ({
    ...objectAt(exampleOf('check_run', 'created').repository),
    id: of.id,
    name: of.name,
    full_name: `${of.owner.login}/${of.name}`,
    owner: user(of.owner),
    private: of.isPrivate,
    fork: of.forkOf !== null,
    default_branch: of.defaultBranch,
    clone_url: `${gitUrl}/${of.owner.login}/${of.name}.git`,
    html_url: `${url}/${of.owner.login}/${of.name}`,
    url: `${apiUrl}/repos/${of.owner.login}/${of.name}`,
  })
  const lite = ({ id, name, owner, isPrivate }: Repository): Json => ({
    id,
    node_id: `R_${id}`,
    name,
    full_name: `${owner.login}/${name}`,
    private: isPrivate,
  })
  const installation = (of: Installation, sender: Account): Json => ({
    ...objectAt(exampleOf('installation', 'created').installation),
    id: of.id,
    account: user(of.account),
    app_id: appId,
    target_id: of.account.id,
    target_type: of.account.type,
    permissions: of.permissions,
    suspended_at: of.suspendedAt,
    suspended_by: of.suspendedAt === null ? null : user(sender),
  })
  const inRepository = (of: Repository, through: Installation, sender: Account): Json => ({
    repository: repository(of),
    installation: { id: through.id, node_id: `I_${through.id}` },
    sender: user(sender),
  })
  const check = ({ id, headSha, fields, repository: { owner, name } }: CheckRun): Json => {
    const shown = objectAt(exampleOf('check_run', 'requested_action').check_run)
    const status = fields.status ?? 'queued'
    return {
      ...shown,
      id,
      head_sha: headSha,
      external_id: fields.external_id ?? '',
      name: fields.name,
      status,
      conclusion: fields.conclusion ?? null,
      completed_at: fields.completed_at ?? null,
      url: `${apiUrl}/repos/${owner.login}/${name}/check-runs/${id}`,
      check_suite: {
        ...objectAt(shown.check_suite),
        head_sha: headSha,
        ...(status === 'completed' ? { status, conclusion: fields.conclusion } : {}),
      },
      pull_requests: [],
    }
  }
  return {
    push: (of: Repository, through: Installation, sender: Account, facts: PushFacts): Json => ({
      ...inRepository(of, through, sender),
      // In this event alone, times of a repository are numbers.
      repository: {
        ...objectAt(exampleOf('push', null).repository),
        ...pick(repository(of), [
          'id',
          'name',
          'full_name',
          'private',
          'fork',
          'default_branch',
          'clone_url',
          'html_url',
          'url',
        ]),
        owner: { ...user(of.owner), name: of.owner.login, email: null },
      },
      ref: facts.ref,
      before: facts.before ?? '0'.repeat(40),
      after: facts.after ?? '0'.repeat(40),
      created: facts.before === null,
      deleted: facts.after === null,
      forced: false,
      base_ref: null,
      compare: `${url}/${of.owner.login}/${of.name}/compare`,
      commits: facts.commits.map(commit),
      head_commit: facts.head === null ? null : commit(facts.head),
      pusher: { name: sender.login, email: `${sender.login}@example.com` },
    }),
    pullRequest: (of: Repository, through: Installation, sender: Account, action: string, pull: PullRequest): Json => {
      const example = exampleOf('pull_request', action)
      const shown = objectAt(example.pull_request)
      return {
        ...inRepository(of, through, sender),
        number: pull.number,
        ...(action === 'synchronize' ? { before: pull.head.sha, after: pull.head.sha } : {}),
        pull_request: {
          ...shown,
          number: pull.number,
          title: pull.title,
          state: pull.state,
          user: user(pull.author),
          head: {
            ...objectAt(shown.head),
            ref: pull.head.ref,
            sha: pull.head.sha,
            label: `${pull.head.repository.owner.login}:${pull.head.ref}`,
            user: user(pull.head.repository.owner),
            repo: repository(pull.head.repository),
          },
          base: {
            ...objectAt(shown.base),
            ref: pull.base.ref,
            sha: pull.base.sha,
            label: `${of.owner.login}:${pull.base.ref}`,
            user: user(of.owner),
            repo: repository(of),
          },
        },
      }
    },
    checkRerun: (of: CheckRun, through: Installation, sender: Account): Json => ({
      ...inRepository(of.repository, through, sender),
      check_run: check(of),
    }),
    checkAction: (of: CheckRun, through: Installation, sender: Account, identifier: string): Json => ({
      ...inRepository(of.repository, through, sender),
      check_run: check(of),
      requested_action: { identifier },
    }),
    suiteRerun: (of: Repository, through: Installation, sender: Account, headSha: string): Json => ({
      ...inRepository(of, through, sender),
      check_suite: { ...objectAt(exampleOf('check_suite', 'rerequested').check_suite), head_sha: headSha },
    }),
    installation: (of: Installation, sender: Account, requester: Account | null): Json => ({
      installation: installation(of, sender),
      repositories: [...of.repositories].map(lite),
      sender: user(sender),
      ...(requester === null ? {} : { requester: user(requester) }),
    }),
    repositories: (
      of: Installation,
      sender: Account,
      added: readonly Repository[],
      removed: readonly Repository[],
    ): Json => ({
      installation: installation(of, sender),
      repository_selection: 'selected',
      repositories_added: added.map(lite),
      repositories_removed: removed.map(lite),
      requester: null,
      sender: user(sender),
    }),
    repository: (of: Repository, through: Installation, sender: Account): Json => inRepository(of, through, sender),
  }
}

export interface CommitFacts {
  readonly id: string
  readonly message: string
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly modified: readonly string[]
}

export interface PushFacts {
  readonly ref: string
  readonly before: string | null
  readonly after: string | null
  readonly commits: readonly CommitFacts[]
  readonly head: CommitFacts | null
}

function commit({ id, message, added, removed, modified }: CommitFacts): Json {
  const who = { name: 'A', email: 'a@example.com' }
  return {
    id,
    tree_id: id,
    distinct: true,
    message,
    timestamp: '2026-01-02T03:04:05Z',
    url: `https://github.com/commit/${id}`,
    author: who,
    committer: who,
    added,
    removed,
    modified,
  }
}

function pick(from: Json, names: readonly string[]): Json {
  return Object.fromEntries(names.filter((name) => isObject(from) && name in from).map((name) => [name, from[name]]))
}
