import { type PathGlob, pathGlob } from '@harmont/ir'

/**
 * The path patterns that apply at a directory of a walk. A pattern names files, and directories
 * with everything below them, like `on_change` (`ir.md` 2.3).
 */
export interface Selection {
  /** The indexes of the patterns that name this directory or one above it. */
  readonly covering: readonly number[]
  /** Returns the indexes of the patterns that name the file with this name, ascending. */
  file(name: string): readonly number[]
  /** Returns the selection at a subdirectory; undefined if no pattern can name a file in it. */
  directory(name: string): Selection | undefined
}

/** Returns the selection at the root of a walk. None of the patterns may have a `pathProblem`. */
export function selection(patterns: readonly string[]): Selection {
  const globs = patterns.map((pattern, index) => ({ index, glob: pathGlob(pattern) }))
  const covering = globs.filter(({ glob }) => glob.matches('')).map(({ index }) => index)
  return at([], covering, globs)
}

interface Open {
  readonly index: number
  readonly glob: PathGlob
}

/**
 * `covering` contains the patterns that name this directory or one above it. `open` contains the
 * patterns that may match below.
 */
function at(parts: readonly string[], covering: readonly number[], open: readonly Open[]): Selection {
  const above = parts.length === 0 ? '' : `${parts.join('/')}/`
  const named = (path: string, isFile: boolean) =>
    open.filter(({ glob }) => !(isFile && glob.directoriesOnly) && glob.matches(path)).map(({ index }) => index)
  const joined = (found: readonly number[]) =>
    found.length === 0 ? covering : [...new Set([...covering, ...found])].sort((a, b) => a - b)
  return {
    covering,
    file: (name) => joined(named(above + name, true)),
    directory(name) {
      const inner = [...parts, name]
      const covers = joined(named(above + name, false))
      const may = open.filter(({ index, glob }) => !covers.includes(index) && canMatchBelow(glob, inner))
      return covers.length === 0 && may.length === 0 ? undefined : at(inner, covers, may)
    },
  }
}

function canMatchBelow({ literalPrefix, maxDepth }: PathGlob, parts: readonly string[]): boolean {
  return maxDepth > parts.length && literalPrefix.every((part, i) => i >= parts.length || part === parts[i])
}
