import type { Schema } from '../../api/schemas.ts'

/** Sources of a new build: a connected repository, the previous build, or an archive at a URL. */
export type SourceKind = 'repository' | 'again' | 'address'

export interface BuildSources {
  /** The available sources, best first. */
  readonly kinds: readonly SourceKind[]
  /** Why its repository is unavailable; null if it is available. */
  readonly missing: string | null
}

interface Known {
  readonly pipeline: Pick<Schema<'Pipeline'>, 'repo_name' | 'repository'>
  /** `owner/name` of the connected repositories, in lower case. */
  readonly connected: readonly string[]
  readonly newest: Pick<Schema<'BuildSummary'>, 'number'> | undefined
}

/**
 * Returns the sources that the server can fetch for this pipeline, and why others are unavailable.
 */
export function buildSources({ pipeline: { repo_name, repository }, connected, newest }: Known): BuildSources {
  const name = repo_name ?? null
  const isConnected = name !== null && connected.includes(name.toLowerCase())
  const kinds: SourceKind[] = [
    ...(isConnected ? (['repository'] as const) : []),
    ...(newest === undefined ? [] : (['again'] as const)),
    'address',
  ]
  if (isConnected) return { kinds, missing: null }
  const what = name ?? (repository === '' ? null : repository)
  return {
    kinds,
    missing:
      what === null
        ? 'This pipeline has no repository, so the server cannot fetch a commit.'
        : `The repository ${what} is not connected, so the server cannot fetch a commit of it.`,
  }
}

const wholeCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i

/**
 * Describes the error of a commit; null if it has none. An empty text means the newest commit of
 * the branch.
 */
export function commitProblem(commit: string): string | null {
  if (commit === '' || wholeCommit.test(commit)) return null
  return 'Enter the full commit (40 or 64 hex digits), or leave it empty for the newest commit of the branch'
}
