import type { IrArtifact } from '@harmont/ir'
import { oneOrListOf, optionsOf, wordOf } from '../wrong-use.ts'
import { relativePathOf } from './relative-path.ts'

/** Files of the workspace that are kept after the step. */
export interface ArtifactOptions {
  /** A path or glob, relative to the workspace. */
  readonly path: string
  /** After which outcome: `passed` (by default), `failed` or `always`. */
  readonly when?: 'passed' | 'failed' | 'always'
  /** Their kind: `file` (by default), or a report. */
  readonly kind?: 'file' | 'junit' | 'coverage'
}

/** Files that a step keeps. A path stands for its matches after a pass. */
export function artifactsOf(where: string, value: unknown): readonly IrArtifact[] {
  return oneOrListOf(where, value, (entry) => artifactOf(where, entry))
}

function artifactOf(where: string, entry: unknown): IrArtifact {
  if (typeof entry === 'string') return Object.freeze({ path: relativePathOf(where, entry) })
  const { path, when, kind } = optionsOf(where, entry, ['path', 'when', 'kind'])
  return Object.freeze({
    path: relativePathOf(`${where}, path`, path),
    ...(when !== undefined && { when: wordOf(`${where}, when`, when, ['passed', 'failed', 'always']) }),
    ...(kind !== undefined && { kind: wordOf(`${where}, kind`, kind, ['file', 'junit', 'coverage']) }),
  })
}
