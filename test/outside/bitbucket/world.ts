/** Objects of the double: people, workspaces, repositories, tokens. */
import { randomBytes, randomUUID } from 'node:crypto'

export interface BitbucketUser {
  readonly uuid: string
  readonly nickname: string
}

export interface BitbucketWorkspace {
  readonly uuid: string
  readonly slug: string
  readonly name: string
  /** Accounts that administer it. */
  readonly owners: BitbucketUser[]
}

export interface Hook {
  readonly uuid: string
  url: string
  secret: string
  events: readonly string[]
}

/** Statuses and reports as sent, newest last. */
export type Sent = Readonly<Record<string, unknown>>

export interface BitbucketRepository {
  readonly uuid: string
  readonly workspace: BitbucketWorkspace
  readonly slug: string
  isPrivate: boolean
  readonly mainBranch: string
  /** Its parent repository; null for none. */
  readonly parent: BitbucketRepository | null
  /** Whether the account may make webhooks there. */
  isAdministered: boolean
  readonly hooks: Hook[]
  /** By commit. */
  readonly statuses: Map<string, Sent[]>
  readonly reports: Map<string, Sent[]>
  /** By commit and report, as they are now. */
  readonly annotations: Map<string, ReadonlyMap<string, Sent>>
}

/** Data of a refresh token, and the last access token that it gave. */
interface Grant {
  readonly user: BitbucketUser
  refreshToken: string
  accessToken: string
  expiresAt: number
  /** Whether access was revoked. */
  isRevoked: boolean
}

/** Head of a pull request: its repository, and the commit of the base branch. */
interface PullRequestHead {
  readonly from: BitbucketRepository
  readonly base: string
  readonly head: string
}

export interface World {
  readonly workspaces: BitbucketWorkspace[]
  readonly repositories: BitbucketRepository[]
  readonly grants: Grant[]
  /** Codes that were not exchanged yet. */
  readonly codes: Map<string, BitbucketUser>
  /** Newest heads of pull requests, by full repository name and number: `acme/core#1`. */
  readonly pullRequests: Map<string, PullRequestHead>
}

export function newUuid(): string {
  return `{${randomUUID()}}`
}

export function newToken(): string {
  return randomBytes(24).toString('base64url')
}

/** Whether an account may read a repository; undefined stands for an anonymous caller. */
export function mayRead(user: BitbucketUser | undefined, { isPrivate, workspace }: BitbucketRepository): boolean {
  return !isPrivate || (user !== undefined && workspace.owners.includes(user))
}

/** Returns the account of a valid access token; undefined for any other. */
export function userOf({ grants }: World, token: string | null): BitbucketUser | undefined {
  return grants.find((grant) => grant.accessToken === token && !grant.isRevoked && grant.expiresAt > Date.now())?.user
}
