import { type GitFacts, makeGitView } from '@harmont/source-set'
import { sourceFailure } from '../project/render-project.ts'
import type { LocalHome } from '../records/home.ts'

/** The project's history as steps see it in `/workspace/.git`; empty where there is none. */
export interface History {
  readonly gitDirectory?: string
  readonly gitObjects?: string
}

/** The history of the project's last commit for sandboxes, made once for each commit and set of tags. Throws exit 8 where git refuses. */
export async function takeHistory(home: LocalHome, directory: string, git: GitFacts | null): Promise<History> {
  try {
    const view = await makeGitView(directory, git, home.git)
    return view === null ? {} : { gitDirectory: view.directory, gitObjects: view.objects }
  } catch (error) {
    throw sourceFailure(error)
  }
}
