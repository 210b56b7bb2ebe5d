import type { Artifact } from './queries.ts'

/** A row of the tree. Directories come from the paths of the files. */
export type TreeRow =
  | {
      readonly kind: 'directory'
      readonly path: string
      readonly name: string
      readonly depth: number
      readonly files: number
      readonly bytes: number
      readonly isOpen: boolean
    }
  | {
      readonly kind: 'file'
      readonly artifact: Artifact
      readonly name: string
      readonly depth: number
      /** A later attempt of its step also left artifacts. */
      readonly isOld: boolean
    }

interface TreeView {
  /** Paths of the directories that the reader opened or closed. */
  readonly toggled: ReadonlySet<string>
  /**
   * Shows only files whose path contains this text or whose step has this name, with all
   * directories open.
   */
  readonly filter: string
}

/** Above this number of files, directories are closed at first. */
const mostOpen = 200

/** Returns the rows of a tree of files, which are sorted by path. */
export function treeRows(artifacts: readonly Artifact[], { toggled, filter }: TreeView): readonly TreeRow[] {
  const wanted = filter.trim().toLowerCase()
  const shown = wanted === '' ? artifacts : artifacts.filter((artifact) => matches(artifact, wanted))
  const sums = sumsOf(shown)
  const last = lastAttempts(artifacts)
  const isOpen = (path: string) => wanted !== '' || artifacts.length <= mostOpen !== toggled.has(path)
  const rows: TreeRow[] = []
  let above: readonly string[] = []
  const directoriesOf = directoryFinder()
  for (const artifact of shown) {
    const directories = directoriesOf(artifact.path)
    for (const [depth, path] of directories.entries()) {
      if (above[depth] === path || !directories.slice(0, depth).every(isOpen)) continue
      const name = path.slice(path.lastIndexOf('/') + 1)
      const sum = sums.get(path) ?? { files: 0, bytes: 0 }
      rows.push({ kind: 'directory', path, name, depth, ...sum, isOpen: isOpen(path) })
    }
    above = directories
    if (!directories.every(isOpen)) continue
    const name = artifact.path.slice(artifact.path.lastIndexOf('/') + 1)
    const isOld = artifact.attempt !== last.get(artifact.step_key)
    rows.push({ kind: 'file', artifact, name, depth: directories.length, isOld })
  }
  return rows
}

function matches({ path, step_key }: Artifact, wanted: string): boolean {
  return path.toLowerCase().includes(wanted) || step_key.toLowerCase() === wanted
}

/**
 * Returns the directories above a file, outermost first. Files of the same directory reuse the last
 * result.
 */
function directoryFinder(): (path: string) => readonly string[] {
  let above = ''
  let directories: readonly string[] = []
  return (path) => {
    const next = path.slice(0, path.lastIndexOf('/') + 1)
    if (next === above) return directories
    above = next
    const parts = next.split('/').slice(0, -1)
    directories = parts.map((_, depth) => parts.slice(0, depth + 1).join('/'))
    return directories
  }
}

function sumsOf(
  artifacts: readonly Artifact[],
): ReadonlyMap<string, { readonly files: number; readonly bytes: number }> {
  const sums = new Map<string, { files: number; bytes: number }>()
  const directoriesOf = directoryFinder()
  for (const { path, bytes } of artifacts)
    for (const directory of directoriesOf(path)) {
      const { files, bytes: size } = sums.get(directory) ?? { files: 0, bytes: 0 }
      sums.set(directory, { files: files + 1, bytes: size + bytes })
    }
  return sums
}

function lastAttempts(artifacts: readonly Artifact[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  for (const { step_key, attempt } of artifacts) last.set(step_key, Math.max(last.get(step_key) ?? 0, attempt))
  return last
}
