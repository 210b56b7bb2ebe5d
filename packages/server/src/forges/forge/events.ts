/** Events of a forge, in the same form for every forge. */

/** An account at a forge. `id` survives renaming, and is the subject of a linked identity. */
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

/** The repository of an event, and the installation that sent it. */
interface Origin {
  readonly repository: ForgeRepository
  /** The forge's id of the installation or workspace. */
  readonly installation: string
}

export interface PushEvent extends Origin {
  readonly type: 'push'
  /** The full ref, such as `refs/heads/main` or `refs/tags/v1`. */
  readonly ref: string
  /** null if the ref is new. */
  readonly before: string | null
  /** null if the ref was deleted. For an annotated tag, the commit that it points to. */
  readonly after: string | null
  /** The message of the newest commit. */
  readonly message: string | null
  /** All paths that the commits name; null if the event does not list all of them. */
  readonly files: readonly string[] | null
  readonly sender: ForgeUser
}

export interface PullRequestEvent extends Origin {
  readonly type: 'pull_request'
  readonly action: 'opened' | 'synchronize' | 'reopened' | 'closed' | 'ready_for_review'
  readonly number: number
  readonly title: string
  /** The address of its page. */
  readonly url: string
  readonly head: {
    readonly ref: string
    readonly sha: string
    /** Whether the head is not in the base repository, or its repository was deleted. */
    readonly isFork: boolean
    /** `owner/name` of the head's repository; null if it was deleted. */
    readonly repository: string | null
    /** Full refs that contain the commit, in the repository from which it is fetched. */
    readonly refs: readonly string[]
    /** Only the fork has the commit, so it is fetched from the fork. */
    readonly isInForkOnly: boolean
  }
  readonly base: { readonly ref: string; readonly sha: string }
  /**
   * The time of this state, for a forge that reports an edited title like a new commit: only a new
   * commit or target then starts a build. null if every such event starts a build.
   */
  readonly asOf: Date | null
  readonly author: ForgeUser
  readonly sender: ForgeUser
}

export interface RerunEvent extends Origin {
  readonly type: 'rerun'
  /** One of our checks, or all of them at a commit. */
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
  /** The identifier of the button. */
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
  /** The user who requested the installation, if another user made it. */
  readonly requester: ForgeUser | null
}

/**
 * Repositories were added to an installation or removed from it. The forge has the current list.
 */
export interface RepositoriesEvent {
  readonly type: 'repositories'
  readonly installation: string
  readonly removedIds: readonly string[]
}

/** A repository was renamed, moved, made public or private, or has a new default branch. */
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
