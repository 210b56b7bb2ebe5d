/** What a forge tells of, in our own words: the same for every forge. */

/** An account at a forge; `id` is what stays when it is renamed, and the subject of a linked identity. */
export interface ForgeUser {
  readonly id: string
  readonly login: string
}

/** A repository as its forge describes it. */
export interface ForgeRepository {
  /** The forge's own id, which survives renaming and transfer. */
  readonly externalId: string
  readonly owner: string
  readonly name: string
  /** `owner/name`. */
  readonly fullName: string
  readonly cloneUrl: string
  readonly defaultBranch: string
  readonly isPrivate: boolean
}

/** Where an event comes from: a repository, and the installation through which the forge tells us. */
interface Origin {
  readonly repository: ForgeRepository
  /** The forge's own number or name of the installation. */
  readonly installation: string
}

export interface PushEvent extends Origin {
  readonly type: 'push'
  /** Full, such as `refs/heads/main` or `refs/tags/v1`. */
  readonly ref: string
  /** null: the ref is new. */
  readonly before: string | null
  /** null: the ref was deleted. For an annotated tag the commit that it points to. */
  readonly after: string | null
  /** Of the newest commit. */
  readonly message: string | null
  /** Every path that one of the commits names; null when the event does not tell them all. */
  readonly files: readonly string[] | null
  readonly sender: ForgeUser
}

export interface PullRequestEvent extends Origin {
  readonly type: 'pull_request'
  readonly action: 'opened' | 'synchronize' | 'reopened' | 'closed' | 'ready_for_review'
  readonly number: number
  readonly title: string
  /** Its page. */
  readonly url: string
  readonly head: {
    readonly ref: string
    readonly sha: string
    /** The head is not in the base repository, or its repository is gone. */
    readonly isFork: boolean
    /** `owner/name` of the head's repository; null when it is gone. */
    readonly repository: string | null
    /** Full refs that hold the commit, of the repository that it is fetched from. */
    readonly refs: readonly string[]
    /** It is fetched from the fork: the forge has it nowhere else. */
    readonly isInForkOnly: boolean
  }
  readonly base: { readonly ref: string; readonly sha: string }
  /**
   * When the pull request was as told, where a forge tells of edited words in the same way as of other commits: then only another commit or another target
   * makes a build. null: the event says by itself that there is something to build.
   */
  readonly asOf: Date | null
  readonly author: ForgeUser
  readonly sender: ForgeUser
}

export interface RerunEvent extends Origin {
  readonly type: 'rerun'
  /** One check of ours, or all of ours at a commit. */
  readonly of:
    | { readonly kind: 'check'; readonly externalId: string | null; readonly checkId: string }
    | { readonly kind: 'commit' }
  readonly commit: string
  readonly sender: ForgeUser
}

export interface CheckActionEvent extends Origin {
  readonly type: 'check_action'
  readonly checkId: string
  readonly externalId: string | null
  /** What we named the button. */
  readonly action: string
  readonly commit: string
  readonly sender: ForgeUser
}

/** The account on which our app is installed. */
export interface ForgeAccount {
  readonly id: string
  readonly login: string
  readonly type: 'Organization' | 'User'
}

export interface InstallationEvent {
  readonly type: 'installation'
  readonly action: 'created' | 'deleted' | 'suspended' | 'unsuspended' | 'changed'
  readonly installation: string
  readonly account: ForgeAccount
  readonly sender: ForgeUser
  /** Who asked for the installation, when another one made it. */
  readonly requester: ForgeUser | null
}

/** Repositories came to an installation or left it. Who wants to know which are there asks the forge. */
export interface RepositoriesEvent {
  readonly type: 'repositories'
  readonly installation: string
  readonly removedIds: readonly string[]
}

/** A repository was renamed, moved, made public or private, or got another default branch. */
export interface RepositoryChangedEvent extends Origin {
  readonly type: 'repository_changed'
}

export type ForgeEvent =
  | PushEvent
  | PullRequestEvent
  | RerunEvent
  | CheckActionEvent
  | InstallationEvent
  | RepositoriesEvent
  | RepositoryChangedEvent
