import { type GitFacts, readGitFacts, readSourceSet, type SourceSet } from '@harmont/source-set'
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
