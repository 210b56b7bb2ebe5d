import { fetchFailure, fetchRefused, gitsReason, unreachable } from './fetch-failure.ts'
import { runGit } from './run-git.ts'

export interface FetchRequest {
  /** An http or https address without credentials. */
  readonly url: string
  /** 40 hex digits. */
  readonly commit: string
  /** Full refs that contain the commit, tried in order if the commit alone cannot be fetched. */
  readonly refs: readonly string[]
  /** Value of an Authorization header; null for none. */
  readonly authorization: string | null
}

const longestFetchMs = 30 * 60_000
const tags = '+refs/tags/*:refs/tags/*'
const commitRef = (commit: string): string => `refs/harmont/commits/${commit}`

/** Fails with SandboxError `source_fetch_failed` if the request is invalid. */
export function checkFetch(request: FetchRequest): void {
  const { url, commit, refs } = request
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw fetchRefused(url, commit, 'its address is neither http nor https')
  if (parsed.username !== '' || parsed.password !== '')
    throw fetchRefused(parsed.host, commit, 'its address contains a password')
  if (!/^[0-9a-f]{40}$/.test(commit)) throw fetchRefused(url, commit, 'a commit id must have 40 hex digits')
  const odd = refs.find((ref) => !isFullRef(ref))
  if (odd !== undefined) throw fetchRefused(url, commit, `${JSON.stringify(odd)} is not the full name of a ref`)
}

/** Returns whether a name passes the rules of `git check-ref-format`, limited to refs/. */
function isFullRef(ref: string): boolean {
  if (!ref.startsWith('refs/') || ref.endsWith('.') || ref.includes('..') || ref.includes('@{')) return false
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must match them.
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(ref)) return false
  return ref.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
}

/** Returns whether the mirror has the whole commit, and the tags among the refs as last fetched. */
export async function hasCommit(repository: string, { commit, refs }: FetchRequest): Promise<boolean> {
  const wanted = [commitRef(commit), ...refs.filter((ref) => ref.startsWith('refs/tags/'))]
  const found = await runGit(['for-each-ref', '--format=%(refname)', '--', ...wanted], { repository })
  const names = new Set(found.toString('utf8').split('\n'))
  return wanted.every((ref) => names.has(ref))
}

/**
 * Fetches the commit with its history, and all tags, into the mirror. Transfers only objects that
 * the mirror lacks. Rejects with SandboxError `source_fetch_failed` if the fetch can never succeed,
 * with `SourceUnreachable` if it may succeed later, and with another error if the mirror may be
 * broken.
 */
export async function fetchCommit(
  repository: string,
  request: FetchRequest,
  lockFd: number,
  mayMove = true,
): Promise<void> {
  const { url, commit, refs, authorization } = request
  let why = ''
  for (const wanted of [commit, ...refs]) {
    try {
      await runGit(['fetch', ...fetchOptions, '--', url], {
        repository,
        lockFd,
        authorization,
        timeoutMs: longestFetchMs,
        stdin: `${wanted}\n${tags}\n`,
      })
    } catch (error) {
      const failure = fetchFailure(error, url)
      if (failure === 'moved' && mayMove) {
        const moved = await whereTo(request)
        if (moved !== undefined) return fetchCommit(repository, { ...request, url: moved }, lockFd, false)
      }
      if (failure === 'refused' || failure === 'moved') throw fetchRefused(url, commit, gitsReason(error))
      if (failure === 'unreachable') throw unreachable(request, error)
      if (failure === 'unclear') throw error
      why ||= gitsReason(error)
      continue
    }
    if (await keepCommit(repository, commit)) return
    why = `it is no longer in ${wanted}`
  }
  throw fetchRefused(url, commit, why)
}

async function whereTo(request: FetchRequest): Promise<string | undefined> {
  try {
    return await movedTo(request)
  } catch (error) {
    throw unreachable(request, error)
  }
}

const fetchOptions = [
  '--quiet',
  '--force',
  '--prune',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--no-recurse-submodules',
  // Names are passed as input, because others choose them and git could read them as options.
  '--stdin',
]

/** Records that the mirror has the whole commit. Returns false if it does not. */
async function keepCommit(repository: string, commit: string): Promise<boolean> {
  const found = await runGit(['cat-file', '--batch-check'], { repository, stdin: `${commit}^{commit}\n` })
  if (!found.toString('latin1').startsWith(`${commit} commit `)) return false
  await runGit(['update-ref', '--stdin'], { repository, stdin: `update ${commitRef(commit)} ${commit}\n` })
  return true
}

const answerMs = 30_000
const asked = '/info/refs'

/**
 * Returns the new address of a renamed repository according to the forge. Returns undefined if the
 * forge reports none, or one on another host, to which git itself would send the Authorization
 * header. Rejects as `fetch` does.
 */
async function movedTo({
  url,
  authorization,
}: Pick<FetchRequest, 'url' | 'authorization'>): Promise<string | undefined> {
  const answer = await fetch(`${url.replace(/\/$/, '')}${asked}?service=git-upload-pack`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(answerMs),
    ...(authorization === null ? {} : { headers: { authorization } }),
  })
  await answer.body?.cancel()
  const location = answer.headers.get('location')
  const to = answer.status >= 300 && answer.status < 400 && location !== null ? URL.parse(location, url) : null
  if (to === null || to.origin !== new URL(url).origin || !to.pathname.endsWith(asked)) return undefined
  return to.origin + to.pathname.slice(0, -asked.length)
}
