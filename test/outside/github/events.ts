/**
 * Actions of people at GitHub. Each changes the double's world and sends the webhooks that GitHub
 * would send.
 */
import { appendFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { type GitFile, gitRepository } from '../git-server.ts'
import { changedFiles, newCommits } from '../repository-work.ts'
import type { CommitFacts, Payloads } from './payloads.ts'
import type { Deliverer, Delivery } from './webhooks.ts'
import type { Account, CheckRun, Installation, PullRequest, Repository, World } from './world.ts'

interface Services {
  readonly world: World
  readonly git: { readonly folder: string; readonly url: string }
  readonly webhooks: Deliverer
  readonly payloads: Payloads
}

type Emails = Account['emails']
type PullAction = 'opened' | 'synchronize' | 'reopened' | 'closed' | 'ready_for_review'

export type Events = ReturnType<typeof makeEvents>

/** Permissions that the App asks for. */
const permissions = {
  metadata: 'read',
  contents: 'read',
  checks: 'write',
  pull_requests: 'read',
  members: 'read',
} as const

export function makeEvents({ world, git, webhooks, payloads }: Services) {
  const work = ({ owner, name }: Repository) => gitRepository(git, `${owner.login}/${name}`)
  const installationOf = (repository: Repository): Installation | undefined =>
    world.installations.find((each) => each.repositories.has(repository) && each.suspendedAt === null)
  const factsOf = (repository: Repository, id: string): CommitFacts => {
    const { git: run } = work(repository)
    const [ids = '', ...message] = run(['log', '-1', '--format=%H %P%n%B', id]).split('\n')
    // For the first commit it is the empty tree.
    const [, parent = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'] = ids.trim().split(' ')
    const files = changedFiles(run, parent, id, 'base')
    const named = (status: string) => files.filter((each) => each.status === status).map(({ filename }) => filename)
    const renamed = files.filter(({ status }) => status === 'renamed')
    return {
      id,
      message: message.join('\n'),
      added: [...named('added'), ...renamed.map(({ filename }) => filename)],
      removed: [...named('removed'), ...renamed.flatMap(({ previous }) => previous ?? [])],
      modified: named('modified'),
    }
  }
  /** Reports a moved ref; null when no installation sees the repository. */
  const tellPush = (
    repository: Repository,
    ref: string,
    before: string | null,
    after: string | null,
    sender: Account,
  ): Promise<Delivery> | null => {
    const through = installationOf(repository)
    if (through === undefined) return null
    const commits =
      after === null ? [] : newCommits(work(repository).git, before, after).map((id) => factsOf(repository, id))
    // For an annotated tag it is the commit too.
    const newest = after === null ? null : (work(repository).commitOf(ref) ?? after)
    const head = newest === null ? null : (commits.find(({ id }) => id === newest) ?? factsOf(repository, newest))
    return webhooks.deliver(
      'push',
      null,
      payloads.push(repository, through, sender, { ref, before, after, commits, head }),
    )
  }
  const tellPull = (action: PullAction, repository: Repository, pull: PullRequest, sender: Account) => {
    const through = installationOf(repository)
    if (through === undefined) return null
    return webhooks.deliver('pull_request', action, payloads.pullRequest(repository, through, sender, action, pull))
  }
  const addAccount = (type: Account['type'], login: string, name: string | null, emails: Emails): Account => {
    const account: Account = { id: world.nextId(), login, type, name, emails, members: new Map() }
    world.accounts.push(account)
    return account
  }

  return {
    /** Adds a user. The address is primary and verified unless emails are given. */
    addUser: (login: string, facts: { readonly name?: string | null; readonly emails?: Emails } = {}): Account =>
      addAccount(
        'User',
        login,
        facts.name ?? null,
        facts.emails ?? [{ email: `${login}@example.com`, verified: true, primary: true }],
      ),
    addOrganization: (login: string): Account => addAccount('Organization', login, null, []),
    addMember(
      organization: Account,
      user: Account,
      role: 'admin' | 'member',
      state: 'active' | 'pending' = 'active',
    ): void {
      organization.members.set(user.id, { role, state })
    },
    /** Adds an empty repository, private by default. */
    addRepository(
      owner: Account,
      name: string,
      facts: { readonly isPrivate?: boolean; readonly forkOf?: Repository } = {},
    ): Repository {
      const repository: Repository = {
        id: world.nextId(),
        owner,
        name,
        defaultBranch: 'main',
        isPrivate: facts.isPrivate ?? true,
        forkOf: facts.forkOf ?? null,
        pulls: [],
      }
      world.repositories.push(repository)
      const { git: run, directory } = work(repository)
      // A commit can be fetched by its hash, as at GitHub.
      appendFileSync(join(directory, 'config'), '[uploadpack]\n\tallowAnySHA1InWant = true\n')
      if (facts.forkOf !== undefined)
        run(['fetch', '--quiet', work(facts.forkOf).directory, '+refs/heads/*:refs/heads/*'])
      return repository
    },
    /** Installs the App on an account, for some of its repositories. */
    async install(
      account: Account,
      repositories: readonly Repository[],
      by: Account,
      facts: {
        readonly requester?: Account
        readonly silent?: boolean
        readonly permissions?: Installation['permissions']
      } = {},
    ): Promise<Installation> {
      const installation: Installation = {
        id: world.nextId(),
        account,
        suspendedAt: null,
        repositories: new Set(repositories),
        permissions: facts.permissions ?? permissions,
      }
      world.installations.push(installation)
      if (!facts.silent)
        await webhooks.deliver(
          'installation',
          'created',
          payloads.installation(installation, by, facts.requester ?? null),
        )
      return installation
    },
    async uninstall(installation: Installation, by: Account): Promise<void> {
      world.installations.splice(world.installations.indexOf(installation), 1)
      for (const [token, known] of world.tokens)
        if (known.kind === 'installation' && known.installation === installation) world.tokens.delete(token)
      await webhooks.deliver('installation', 'deleted', payloads.installation(installation, by, null))
    },
    async suspend(installation: Installation, by: Account): Promise<void> {
      installation.suspendedAt = new Date().toISOString().replace(/\.\d+/, '')
      await webhooks.deliver('installation', 'suspend', { ...payloads.installation(installation, by, null) })
    },
    async unsuspend(installation: Installation, by: Account): Promise<void> {
      installation.suspendedAt = null
      await webhooks.deliver('installation', 'unsuspend', payloads.installation(installation, by, null))
    },
    async changeRepositories(
      installation: Installation,
      by: Account,
      added: readonly Repository[],
      removed: readonly Repository[],
    ): Promise<void> {
      for (const each of added) installation.repositories.add(each)
      for (const each of removed) installation.repositories.delete(each)
      const action = removed.length > 0 ? 'removed' : 'added'
      await webhooks.deliver(
        'installation_repositories',
        action,
        payloads.repositories(installation, by, added, removed),
      )
    },
    async renameRepository(repository: Repository, name: string, by: Account): Promise<void> {
      const from = work(repository).directory
      const previous = repository.name
      repository.name = name
      renameSync(from, join(git.folder, `${repository.owner.login}/${name}.git`))
      const through = installationOf(repository)
      if (through !== undefined)
        await webhooks.deliver('repository', 'renamed', {
          ...payloads.repository(repository, through, by),
          changes: { repository: { name: { from: previous } } },
        })
    },
    /** Commits files on a branch and pushes it. Returns the commit and the delivery. */
    async push(
      repository: Repository,
      files: Readonly<Record<string, GitFile>>,
      facts: { readonly branch?: string; readonly message?: string; readonly by?: Account } = {},
    ): Promise<{ readonly commit: string; readonly before: string | null; readonly delivery: Delivery | null }> {
      const ref = `refs/heads/${facts.branch ?? repository.defaultBranch}`
      const { commit, commitOf } = work(repository)
      const before = commitOf(ref)
      const start =
        before === null && facts.branch !== undefined ? commitOf(`refs/heads/${repository.defaultBranch}`) : null
      const made = commit({
        ref,
        files,
        message: facts.message ?? 'a commit',
        ...(start === null ? {} : { parent: start }),
      })
      return {
        commit: made,
        before,
        delivery: await tellPush(repository, ref, before, made, facts.by ?? repository.owner),
      }
    },
    /** Tags a commit and pushes the tag. */
    async pushTag(
      repository: Repository,
      tag: string,
      commit: string,
      facts: { readonly annotated?: boolean; readonly by?: Account } = {},
    ): Promise<Delivery | null> {
      const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com']
      work(repository).git([...who, 'tag', ...(facts.annotated ? ['--annotate', '--message', tag] : []), tag, commit])
      const { git: run } = work(repository)
      return tellPush(
        repository,
        `refs/tags/${tag}`,
        null,
        run(['rev-parse', `refs/tags/${tag}`]),
        facts.by ?? repository.owner,
      )
    },
    async deleteBranch(
      repository: Repository,
      branch: string,
      by: Account = repository.owner,
    ): Promise<Delivery | null> {
      const { git: run, commitOf } = work(repository)
      const before = commitOf(`refs/heads/${branch}`)
      run(['update-ref', '-d', `refs/heads/${branch}`])
      return tellPush(repository, `refs/heads/${branch}`, before, null, by)
    },
    /**
     * Opens a pull request from a branch, of a fork when one is given. `head` must have been
     * pushed.
     */
    async openPullRequest(
      repository: Repository,
      facts: {
        readonly head: string
        readonly from?: Repository
        readonly base?: string
        readonly title?: string
        readonly author: Account
      },
    ): Promise<PullRequest> {
      const from = facts.from ?? repository
      const base = facts.base ?? repository.defaultBranch
      const sha = work(from).commitOf(`refs/heads/${facts.head}`)
      const baseSha = work(repository).commitOf(`refs/heads/${base}`)
      if (sha === null || baseSha === null) throw new Error('a pull request needs two branches that are there')
      const pull: PullRequest = {
        number: repository.pulls.length + 1,
        title: facts.title ?? 'a change',
        author: facts.author,
        head: { repository: from, ref: facts.head, sha },
        base: { ref: base, sha: baseSha },
        state: 'open',
      }
      repository.pulls.push(pull)
      work(repository).git([
        'fetch',
        '--quiet',
        work(from).directory,
        `+refs/heads/${facts.head}:refs/pull/${pull.number}/head`,
      ])
      await tellPull('opened', repository, pull, facts.author)
      return pull
    },
    /** Reports a change of a pull request; `synchronize` takes the current head of its branch. */
    async updatePullRequest(
      repository: Repository,
      pull: PullRequest,
      action: Exclude<PullAction, 'opened'>,
      by: Account = pull.author,
    ): Promise<void> {
      if (action === 'synchronize') {
        const { directory, commitOf } = work(pull.head.repository)
        pull.head.sha = commitOf(`refs/heads/${pull.head.ref}`) ?? pull.head.sha
        work(repository).git([
          'fetch',
          '--quiet',
          directory,
          `+refs/heads/${pull.head.ref}:refs/pull/${pull.number}/head`,
        ])
      }
      if (action === 'closed' || action === 'reopened') pull.state = action === 'closed' ? 'closed' : 'open'
      await tellPull(action, repository, pull, by)
    },
    /** Returns the checks of a repository, or of one of its commits, as they were made. */
    checkRuns: (repository: Repository, commit?: string): readonly CheckRun[] =>
      world.checks.filter(
        (each) => each.repository === repository && (commit === undefined || each.headSha === commit),
      ),
    /** Presses "Re-run" of a check. */
    async rerunCheck(check: CheckRun, by: Account): Promise<void> {
      const through = installationOf(check.repository)
      if (through !== undefined)
        await webhooks.deliver('check_run', 'rerequested', payloads.checkRerun(check, through, by))
    },
    /** Presses "Re-run all checks" at a commit. */
    async rerunSuite(repository: Repository, commit: string, by: Account): Promise<void> {
      const through = installationOf(repository)
      if (through !== undefined)
        await webhooks.deliver('check_suite', 'rerequested', payloads.suiteRerun(repository, through, by, commit))
    },
    /** Presses a button of a check. */
    async pressCheckAction(check: CheckRun, identifier: string, by: Account): Promise<void> {
      const through = installationOf(check.repository)
      if (through !== undefined)
        await webhooks.deliver('check_run', 'requested_action', payloads.checkAction(check, through, by, identifier))
    },
  }
}
