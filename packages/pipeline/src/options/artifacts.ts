import type { IrArtifact } from '@harmont/ir'
import { type Duration, seconds } from '../duration.ts'
import { booleanOf, oneOrListOf, optionsOf, wordOf } from '../wrong-use.ts'
import { relativePathOf } from './relative-path.ts'

/** Files of the workspace that are kept after the step. */
export interface ArtifactOptions {
  /**
   * A path or glob, relative to the workspace. A directory stands for all files in it. A link
   * counts only if it leads to a file of the workspace.
   */
  readonly path: string
  /** The outcome after which files are kept: `passed` (by default), `failed` or `always`. */
  readonly when?: 'passed' | 'failed' | 'always'
  /** Their kind: `file` (by default), or a report. */
  readonly kind?: 'file' | 'junit' | 'coverage'
  /**
   * The time for which they are kept, at most a year; by default the server's retention time.
   */
  readonly expires?: Duration
  /** Whether the step fails if nothing matches. */
  readonly required?: boolean
}

/** A year. */
const MAX_EXPIRES = 31_536_000

/** Reads the files that a step keeps. A path alone stands for its matches after a passed step. */
export function artifactsOf(where: string, value: unknown): readonly IrArtifact[] {
  return oneOrListOf(where, value, (entry) => artifactOf(where, entry))
}

function artifactOf(where: string, entry: unknown): IrArtifact {
  if (typeof entry === 'string') return Object.freeze({ path: relativePathOf(where, entry) })
  const { path, when, kind, expires, required } = optionsOf(where, entry, [
    'path',
    'when',
    'kind',
    'expires',
    'required',
  ])
  return Object.freeze({
    path: relativePathOf(`${where}, path`, path),
    ...(when !== undefined && { when: wordOf(`${where}, when`, when, ['passed', 'failed', 'always']) }),
    ...(kind !== undefined && { kind: wordOf(`${where}, kind`, kind, ['file', 'junit', 'coverage']) }),
    ...(expires !== undefined && { expires_seconds: seconds(`${where}, expires`, expires, MAX_EXPIRES) }),
    ...(required !== undefined && booleanOf(`${where}, required`, required) && { required: true as const }),
  })
}
