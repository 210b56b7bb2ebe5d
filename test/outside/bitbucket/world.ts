/** What there is at the double: people, workspaces, repositories, tokens. */
import { randomBytes, randomUUID } from 'node:crypto'

export interface BitbucketUser {
  readonly uuid: string
  readonly nickname: string
}

export interface BitbucketWorkspace {
  readonly uuid: string
  readonly slug: string
  readonly name: string
  /** Who administers it. */
  readonly owners: BitbucketUser[]
}

export interface Hook {
  readonly uuid: string
  url: string
  secret: string
  events: readonly string[]
}

/** A status or report as it was sent, newest last. */
export type Sent = Readonly<Record<string, unknown>>

export interface BitbucketRepository {
  readonly uuid: string
  readonly workspace: BitbucketWorkspace
  readonly slug: string
  isPrivate: boolean
  readonly mainBranch: string
  /** Of which it is a fork; null: of none. */
  readonly parent: BitbucketRepository | null
  /** Whether the account may make webhooks there. */
  isAdministered: boolean
  readonly hooks: Hook[]
  /** By commit. */
  readonly statuses: Map<string, Sent[]>
  readonly reports: Map<string, Sent[]>
}

/** What a refresh token stands for, and the access token that it gave last. */
export interface Grant {
  readonly user: BitbucketUser
  refreshToken: string
  accessToken: string
  expiresAt: number
  /** Access was taken back. */
  isRevoked: boolean
}

/** The head of a pull request, in the repository that has it and the commit of the base branch. */
export interface PullRequestHead {
  readonly from: BitbucketRepository
  readonly base: string
  readonly head: string
}

export interface World {
  readonly workspaces: BitbucketWorkspace[]
  readonly repositories: BitbucketRepository[]
  readonly grants: Grant[]
  /** Codes that nobody has exchanged yet. */
  readonly codes: Map<string, BitbucketUser>
  /** Newest heads of pull requests, by full name of the repository and number: `acme/core#1`. */
  readonly pullRequests: Map<string, PullRequestHead>
}

export function newUuid(): string {
  return `{${randomUUID()}}`
}

export function newToken(): string {
  return randomBytes(24).toString('base64url')
}

/** Whether an account may read a repository; undefined stands for nobody. */
export function mayRead(user: BitbucketUser | undefined, { isPrivate, workspace }: BitbucketRepository): boolean {
  return !isPrivate || (user !== undefined && workspace.owners.includes(user))
}

/** Gives the account behind an access token that is good; undefined for any other. */
export function userOf({ grants }: World, token: string | null): BitbucketUser | undefined {
  return grants.find((grant) => grant.accessToken === token && !grant.isRevoked && grant.expiresAt > Date.now())?.user
}
