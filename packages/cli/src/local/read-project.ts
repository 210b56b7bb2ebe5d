import { SandboxError, type SourceTreeRef, takeFolder } from '@harmont/sandbox'
import { type GitFacts, pathBytes, readGitFacts, readSourceSet, type SourceSet } from '@harmont/source-set'
import { exits, HmError } from '../errors.ts'
import type { LocalHome } from './home.ts'
import { sourceFailure } from './render-project.ts'

/** What the project is now; reading begins at once. */
export interface Project {
  readonly git: GitFacts | null
  readonly sourceSet: Promise<SourceSet>
}

/** Throws exit 8 where git refuses. The source set may fail later. */
export async function readProject(directory: string): Promise<Project> {
  try {
    const git = await readGitFacts(directory)
    const sourceSet = readSourceSet(directory, git)
    // Whoever wants it asks later than it may fail.
    sourceSet.catch(() => {})
    return { git, sourceSet }
  } catch (error) {
    throw sourceFailure(error)
  }
}

/** The files of the project as a tree for sandboxes; only what was touched since the last time is read. Throws exit 8. */
export async function takeSource(home: LocalHome, sourceSet: Promise<SourceSet>): Promise<SourceTreeRef> {
  try {
    const { root, entries } = await sourceSet
    return await takeFolder({ directory: home.sources, folder: root, paths: entries.map(pathBytes) })
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'source_invalid')
      throw new HmError(exits.source, error.code, error.message, { cause: error })
    throw sourceFailure(error)
  }
}
