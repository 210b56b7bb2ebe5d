import type { BytePath } from '../manifest.ts'

/** A folder of paths in which a later one takes the place of an earlier one. */
export interface PlacedFolder<Leaf> {
  readonly children: Map<BytePath, PlacedFolder<Leaf> | Placed<Leaf>>
  /** What places the folder itself; undefined where only its content does. */
  own?: Leaf
}

export interface Placed<Leaf> {
  readonly leaf: Leaf
}

export function emptyFolder<Leaf>(): PlacedFolder<Leaf> {
  return { children: new Map() }
}

export function isPlacedFolder<Leaf>(node: PlacedFolder<Leaf> | Placed<Leaf> | undefined): node is PlacedFolder<Leaf> {
  return node !== undefined && 'children' in node
}

/**
 * Places a file, or a folder, at a path. A file replaces a folder with its content; a folder
 * replaces a file, and joins a folder.
 */
export function place<Leaf>(root: PlacedFolder<Leaf>, path: BytePath, kind: 'file' | 'folder', leaf: Leaf): void {
  const names = path.split('/').filter((name) => name !== '')
  const last = kind === 'file' ? names.pop() : undefined
  let folder = root
  for (const name of names) {
    const found = folder.children.get(name)
    const next = isPlacedFolder(found) ? found : emptyFolder<Leaf>()
    if (next !== found) folder.children.set(name, next)
    folder = next
  }
  if (last === undefined) folder.own = leaf
  else folder.children.set(last, { leaf })
}

/** Returns the paths of all files, in no particular order. */
export function filesIn<Leaf>(folder: PlacedFolder<Leaf>, above = ''): BytePath[] {
  const paths: BytePath[] = []
  for (const [name, node] of folder.children) {
    if (isPlacedFolder(node)) for (const path of filesIn(node, `${above}${name}/`)) paths.push(path)
    else paths.push(above + name)
  }
  return paths
}
