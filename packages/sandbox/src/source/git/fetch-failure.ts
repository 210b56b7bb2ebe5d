import { SandboxError } from '../../sandbox-driver.ts'
import { GitFailure } from './run-git.ts'

/** Thrown if the source is unavailable, but may be available later. */
export class SourceUnreachable extends Error {
  override readonly name = 'SourceUnreachable'
}

/**
 * `absent`: the object does not exist, or cannot be fetched by its name. `moved`: the repository
 * may have another address. `unclear`: the mirror may be broken.
 */
export type FetchFailure = 'absent' | 'moved' | 'refused' | 'unreachable' | 'unclear'

const signs: readonly (readonly [RegExp, FetchFailure])[] = [
  [/not our ref|unadvertised object|couldn't find remote ref|no such remote ref/i, 'absent'],
  [/The requested URL returned error: (5\d\d|408|429)/, 'unreachable'],
  [/The requested URL returned error: 3\d\d/, 'moved'],
  [/The requested URL returned error: 4\d\d/, 'refused'],
  [
    /repository 'URL.*' not found|Authentication failed|could not read (Username|Password)|terminal prompts disabled/,
    'refused',
  ],
  [/transport '.*' not allowed|not valid: is this a git repository/, 'refused'],
  [
    /unable to access|remote error:|RPC failed|early EOF|hung up|Could not resolve|expected flush|unexpected disconnect|invalid index-pack output|fetch-pack: unexpected/,
    'unreachable',
  ],
]

/** Classifies a failed fetch. git's message contains the address, which may contain any word. */
export function fetchFailure(error: unknown, url: string): FetchFailure {
  if (!(error instanceof GitFailure)) return 'unclear'
  // git was killed, by this process at the timeout.
  if (error.message.includes(': SIG')) return 'unreachable'
  const complaint = error.complaint.replaceAll(url, 'URL')
  return signs.find(([sign]) => sign.test(complaint))?.[1] ?? 'unclear'
}

/** Returns the error for the build's author if its source can never be fetched. */
export function fetchRefused(url: string, commit: string, why: string): SandboxError {
  return new SandboxError('source_fetch_failed', `Could not fetch commit ${commit} of ${url}: ${why}.`)
}

/** Returns the error for a failure that may be temporary. */
export function unreachable(
  { url, commit }: { readonly url: string; readonly commit: string },
  cause: unknown,
): SourceUnreachable {
  const why = gitsReason(cause)
  return new SourceUnreachable(`Could not fetch commit ${commit} of ${url} now: ${why}.`, { cause })
}

/** Returns the line of git's output that describes the failure. */
export function gitsReason(error: unknown): string {
  if (!(error instanceof GitFailure)) return error instanceof Error ? error.message : String(error)
  const lines = error.complaint.split('\n').filter((line) => /^(fatal|error|remote):/.test(line))
  const line = lines.find((line) => line.startsWith('fatal:')) ?? lines.at(-1) ?? error.complaint
  return line.replace(/^\w+:\s*/, '').replace(/\.$/, '')
}
