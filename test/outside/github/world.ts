/** State of the GitHub double: accounts, repositories, installations of the App, tokens, checks. */
import { randomBytes } from 'node:crypto'

export interface Account {
  readonly id: number
  login: string
  readonly type: 'User' | 'Organization'
  name: string | null
  emails: { email: string; verified: boolean; primary: boolean }[]
  /** Members of an organization, by user id. */
  readonly members: Map<number, { role: 'admin' | 'member'; state: 'active' | 'pending' }>
}

export interface Repository {
  readonly id: number
  owner: Account
  name: string
  readonly defaultBranch: string
  isPrivate: boolean
  readonly forkOf: Repository | null
  readonly pulls: PullRequest[]
}

export interface PullRequest {
  readonly number: number
  readonly title: string
  readonly author: Account
  readonly head: { readonly repository: Repository; readonly ref: string; sha: string }
  readonly base: { readonly ref: string; sha: string }
  state: 'open' | 'closed'
}

export interface Installation {
  readonly id: number
  readonly account: Account
  suspendedAt: string | null
  readonly repositories: Set<Repository>
  readonly permissions: Readonly<Record<string, 'read' | 'write'>>
}

export interface InstallationToken {
  readonly kind: 'installation'
  readonly installation: Installation
  readonly permissions: Readonly<Record<string, string>>
  /** Null for all repositories of the installation. */
  readonly repositoryIds: readonly number[] | null
  expiresAt: number
}

interface UserToken {
  readonly kind: 'user'
  readonly user: Account
  readonly scopes: readonly string[]
  expiresAt: number
}

interface AuthorizationCode {
  readonly user: Account
  readonly redirectUri: string
  readonly codeChallenge: string | null
  readonly scopes: readonly string[]
  readonly expiresAt: number
}

export interface CheckRun {
  readonly id: number
  readonly repository: Repository
  readonly headSha: string
  /** As it was set, call after call. */
  readonly history: { readonly status: string; readonly conclusion: string | null }[]
  fields: Readonly<Record<string, unknown>>
}

export interface World {
  readonly accounts: Account[]
  readonly repositories: Repository[]
  readonly installations: Installation[]
  readonly tokens: Map<string, InstallationToken | UserToken>
  readonly codes: Map<string, AuthorizationCode>
  readonly checks: CheckRun[]
  nextId(): number
}

export function emptyWorld(): World {
  let last = 1000
  return {
    accounts: [],
    repositories: [],
    installations: [],
    tokens: new Map(),
    codes: new Map(),
    checks: [],
    nextId: () => {
      last += 1
      return last
    },
  }
}

/** Makes a token in GitHub's form. */
export const newToken = (prefix: 'ghs' | 'ghu') => `${prefix}_${randomBytes(27).toString('base64url').slice(0, 36)}`

export const findAccount = ({ accounts }: World, login: string) =>
  accounts.find((account) => account.login.toLowerCase() === login.toLowerCase())

export const findRepository = ({ repositories }: World, owner: string, name: string) =>
  repositories.find(
    (each) => each.owner.login.toLowerCase() === owner.toLowerCase() && each.name.toLowerCase() === name.toLowerCase(),
  )
