import type { RenderFacts } from '@harmont/render'
import { type GitFacts, readGitFacts, readSourceSet, type SourceSet } from '@harmont/source-set'
import { sourceFailure } from './render-project.ts'

/** The current state of the project. Reading starts immediately. */
export interface Project {
  readonly git: GitFacts | null
  readonly sourceSet: Promise<SourceSet>
}

/** Throws exit 8 if git fails. The promise of the source set may reject later. */
export async function readProject(directory: string): Promise<Project> {
  try {
    const git = await readGitFacts(directory)
    const sourceSet = readSourceSet(directory, git)
    // It may reject before it is awaited.
    sourceSet.catch(() => {})
    return { git, sourceSet }
  } catch (error) {
    throw sourceFailure(error)
  }
}

interface Asked {
  readonly event?: string | undefined
  readonly branch?: string | undefined
  readonly tag?: string | undefined
  /** false for a build on a server. */
  readonly local?: boolean
}

/**
 * Returns the facts for rendering a manual run of this checkout: git's, unless flags override them.
 */
export function manualFacts(git: GitFacts | null, asked: Asked = {}): RenderFacts {
  return {
    event: asked.event ?? 'manual',
    branch: asked.branch ?? git?.branch ?? null,
    baseBranch: null,
    tag: asked.tag ?? null,
    commit: git?.commit ?? null,
    pullRequest: null,
    local: asked.local ?? true,
  }
}

/** Returns `owner/name`, the last two segments of a remote's address. */
export function repositoryOf(remote: string | null): string | null {
  const [, owner, name] = /([^/:]+)\/([^/:]+?)(?:\.git)?\/?$/.exec(remote ?? '') ?? []
  return owner === undefined || name === undefined ? null : `${owner}/${name}`
}

/** Returns `owner/name` of the project's remote; null without one. */
export async function repositoryHere(directory: string): Promise<string | null> {
  try {
    return repositoryOf((await readGitFacts(directory))?.remote ?? null)
  } catch (error) {
    throw sourceFailure(error)
  }
}
