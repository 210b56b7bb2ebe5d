import { relativePathOf } from '../options/relative-path.ts'
import { misuse, oneOrListOf, optionsOf, textOf, wordOf, wrongUse } from '../wrong-use.ts'
import { cronOf, timezoneOf } from './cron.ts'

type Texts = string | readonly string[]

interface PathFilter {
  /** Builds only if a changed file matches. `!` excludes, and the last match decides. */
  readonly paths?: Texts
  /** Does not build if every changed file matches. */
  readonly pathsIgnore?: Texts
}

type Ref = { readonly branch: Texts; readonly tag?: undefined } | { readonly tag: Texts; readonly branch?: undefined }

/** Branches, or tags: exactly one of the two. */
export type PushOptions = Ref & PathFilter

const TYPES = ['opened', 'synchronize', 'reopened', 'closed', 'ready_for_review'] as const
type PullRequestType = (typeof TYPES)[number]

export interface PullRequestOptions extends PathFilter {
  /** Globs for the target branch. */
  readonly branches?: Texts
  /** By default `opened`, `synchronize` and `reopened`. */
  readonly types?: readonly PullRequestType[]
}

export interface ScheduleOptions {
  /** Five fields, such as `"0 3 * * 1-5"`. The schedule may run at most every five minutes. */
  readonly cron: string
  /** The repository's default branch when absent. */
  readonly branch?: string
  /** By default `UTC`. */
  readonly timezone?: string
}

interface WithPaths {
  readonly paths?: readonly string[] | undefined
  readonly paths_ignore?: readonly string[] | undefined
}

interface PushJson extends WithPaths {
  readonly event: 'push'
  readonly branches?: readonly string[] | undefined
  readonly tags?: readonly string[] | undefined
}

interface PullRequestJson extends WithPaths {
  readonly event: 'pull_request'
  readonly branches?: readonly string[] | undefined
  readonly types: readonly PullRequestType[]
}

export interface ScheduleTrigger {
  readonly event: 'schedule'
  readonly cron: string
  readonly timezone: string
  readonly branch?: string
}

/** A trigger in the form of the envelope. */
export type Trigger = PushJson | PullRequestJson | ScheduleTrigger

/** The trigger that `push()` returns. */
export class PushTrigger implements PushJson {
  readonly event = 'push'
  readonly branches: readonly string[] | undefined
  readonly tags: readonly string[] | undefined
  readonly paths: readonly string[] | undefined
  readonly paths_ignore: readonly string[] | undefined

  constructor(
    branches: readonly string[] | undefined,
    tags: readonly string[] | undefined,
    { paths, paths_ignore }: WithPaths = {},
  ) {
    this.branches = branches
    this.tags = tags
    this.paths = paths
    this.paths_ignore = paths_ignore
    Object.freeze(this)
  }

  /** Returns the given members, in the envelope's order. */
  toJSON(): PushJson {
    return given(this)
  }
}

/** The trigger that `pullRequest()` returns. */
export class PullRequestTrigger implements PullRequestJson {
  readonly event = 'pull_request'
  readonly branches: readonly string[] | undefined
  readonly types: readonly PullRequestType[]
  readonly paths: readonly string[] | undefined
  readonly paths_ignore: readonly string[] | undefined

  constructor(
    branches: readonly string[] | undefined,
    types: readonly PullRequestType[],
    { paths, paths_ignore }: WithPaths = {},
  ) {
    this.branches = branches
    this.types = types
    this.paths = paths
    this.paths_ignore = paths_ignore
    Object.freeze(this)
  }

  /** Returns the given members, in the envelope's order. */
  toJSON(): PullRequestJson {
    return given(this)
  }
}

function given<T extends Trigger>(trigger: T): T {
  return Object.fromEntries(Object.entries(trigger).filter(([, value]) => value !== undefined)) as unknown as T
}

/** Builds pushes to branches, or of tags, that match a glob. */
export function push(options: PushOptions): PushTrigger {
  const { branch, tag, paths, pathsIgnore } = optionsOf('push', options, ['branch', 'tag', 'paths', 'pathsIgnore'])
  if ((branch === undefined) === (tag === undefined)) {
    const got = branch === undefined ? 'neither' : 'both'
    throw misuse('push', 'exactly one of branch and tag', got, 'Write push({ branch: "main" }) or push({ tag: "v*" }).')
  }
  return new PushTrigger(
    branch === undefined ? undefined : globsOf('push, branch', branch),
    tag === undefined ? undefined : globsOf('push, tag', tag),
    pathFilter('push', paths, pathsIgnore),
  )
}

/** Builds pull requests. */
export function pullRequest(options: PullRequestOptions = {}): PullRequestTrigger {
  const known = ['branches', 'types', 'paths', 'pathsIgnore']
  const { branches, types = TYPES.slice(0, 3), paths, pathsIgnore } = optionsOf('pullRequest', options, known)
  return new PullRequestTrigger(
    branches === undefined ? undefined : globsOf('pullRequest, branches', branches),
    some('pullRequest, types', 'type', types, (type) => wordOf('pullRequest, types', type, TYPES)),
    pathFilter('pullRequest', paths, pathsIgnore),
  )
}

/** Builds at given times. A string alone is the `cron`. */
export function schedule(options: string | ScheduleOptions): ScheduleTrigger {
  const given = typeof options === 'string' ? { cron: options } : options
  const { cron, branch, timezone } = optionsOf('schedule', given, ['cron', 'branch', 'timezone'])
  return Object.freeze({
    event: 'schedule',
    cron: cronOf('schedule, cron', cron),
    timezone: timezone === undefined ? 'UTC' : timezoneOf('schedule, timezone', timezone),
    ...(branch !== undefined && { branch: textOf('schedule, branch', branch, 'Name a branch.', 255) }),
  })
}

function globsOf(where: string, value: unknown): readonly string[] {
  return some(where, 'glob', value, (glob) => textOf(where, glob, 'Give a glob or a name.', 1024))
}

function pathFilter(where: string, paths: unknown, pathsIgnore: unknown): WithPaths {
  const read = (name: string) => (glob: unknown) => {
    const at = `${where}, ${name}`
    const negated = typeof glob === 'string' && glob.startsWith('!')
    const path = relativePathOf(at, negated ? glob.slice(1) : glob, 'project')
    return negated ? `!${path}` : path
  }
  return {
    ...(paths !== undefined && { paths: some(`${where}, paths`, 'glob', paths, read('paths')) }),
    ...(pathsIgnore !== undefined && {
      paths_ignore: some(`${where}, pathsIgnore`, 'glob', pathsIgnore, read('pathsIgnore')),
    }),
  }
}

function some<T>(where: string, what: string, value: unknown, read: (entry: unknown) => T): readonly T[] {
  const entries = oneOrListOf(where, value, read)
  if (entries.length > 0) return entries
  throw wrongUse(where, `at least one ${what}`, undefined, 'Name one, or omit the option.')
}
