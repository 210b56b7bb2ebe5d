import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { wrongUse } from './wrong-use.ts'

/** Facts of the build that are known during rendering. Each is read on demand. */
export interface Context {
  /** `push`, `pull_request`, `schedule`, `manual` or `api`; `manual` if it is unknown. */
  readonly event: string
  /** The branch; for a pull request, its head branch; null on a detached commit. */
  readonly branch: string | null
  readonly baseBranch: string | null
  readonly tag: string | null
  /** The commit's id; null if there is none. */
  readonly commit: string | null
  /** The number of the pull request. */
  readonly pullRequest: number | null
  /** Whether `hm run` renders the pipeline on a laptop. */
  readonly local: boolean
}

/** Facts of the build, from the variables that `hm` and the server set, or from git. */
export const context: Context = Object.freeze({
  get event() {
    return variable('EVENT') ?? 'manual'
  },
  get branch() {
    return variable('BRANCH') ?? git('symbolic-ref', '--quiet', '--short', 'HEAD')
  },
  get baseBranch() {
    return variable('BASE_BRANCH')
  },
  get tag() {
    return variable('TAG')
  },
  get commit() {
    return variable('COMMIT') ?? git('rev-parse', '--quiet', '--verify', 'HEAD')
  },
  get pullRequest() {
    const text = variable('PULL_REQUEST')
    if (text === null || /^[1-9][0-9]{0,14}$/.test(text)) return text === null ? null : Number(text)
    throw wrongUse('HARMONT_PULL_REQUEST', 'the number of a pull request', text, 'Correct the variable, or unset it.')
  },
  get local() {
    return variable('LOCAL') === 'true'
  },
})

function variable(name: string): string | null {
  return process.env[`HARMONT_${name}`] || null
}

// Git is used only without an event, because on a server the variables are complete.
function git(...args: readonly string[]): string | null {
  if (variable('EVENT') !== null) return null
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null
  } catch {
    return null // no git, no repository, no commit or no branch: all mean that it is not known
  }
}
