import { defaultSourceLimits, SandboxError, type SourceTreeRef, takeFolder } from '@harmont/sandbox'
import { type GitFacts, largestFiles, makeGitView, pathBytes, type SourceSet } from '@harmont/source-set'
import { exits, HmError } from '../errors.ts'
import { sourceFailure } from '../project/render-project.ts'
import { progressOf, tooLarge } from '../project/source-size.ts'
import type { LocalHome } from '../records/home.ts'
import { bytes } from '../terminal/amounts.ts'

/**
 * Copies the project's files into a source tree for sandboxes. Reads only files modified since the
 * last copy, and reports progress if the copy is slow. Throws exit 8.
 */
export async function takeSource(
  home: LocalHome,
  sourceSet: Promise<SourceSet>,
  say: (line: string) => void,
): Promise<SourceTreeRef> {
  try {
    const set = await sourceSet
    const total = set.entries.reduce((sum, { size }) => sum + size, 0)
    if (total > defaultSourceLimits.bytes) throw overLimit(set, total)
    const paths = set.entries.map(pathBytes)
    const onProgress = progressOf('copying the source', total, say)
    return await takeFolder({ directory: home.sources, folder: set.root, paths, onProgress })
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'source_invalid')
      throw new HmError(exits.source, error.code, error.message, { cause: error })
    throw sourceFailure(error)
  }
}

function overLimit(set: SourceSet, total: number): HmError {
  const message = `the source is ${bytes(total)}, more than ${bytes(defaultSourceLimits.bytes)}; its largest files are:`
  return tooLarge({ code: 'source_too_large', message, largest: largestFiles(set) })
}

/** The project's history for `/workspace/.git`; empty if there is none. */
export interface History {
  readonly gitDirectory?: string
  readonly gitObjects?: string
}

/**
 * Prepares the history of the project's last commit for sandboxes, once for each commit and set of
 * tags. Throws exit 8 if git fails.
 */
export async function takeHistory(home: LocalHome, directory: string, git: GitFacts | null): Promise<History> {
  try {
    const view = await makeGitView(directory, git, home.git)
    return view === null ? {} : { gitDirectory: view.directory, gitObjects: view.objects }
  } catch (error) {
    throw sourceFailure(error)
  }
}
