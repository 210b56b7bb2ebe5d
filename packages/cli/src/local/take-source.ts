import { SandboxError, type SourceTreeRef, takeFolder } from '@harmont/sandbox'
import { pathBytes, type SourceSet } from '@harmont/source-set'
import { exits, HmError } from '../errors.ts'
import type { LocalHome } from './home.ts'
import { sourceFailure } from './render-project.ts'

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
