import type { BytePath } from '../manifest.ts'

/** A folder of paths in which a later entry replaces an earlier one. */
export interface PlacedFolder<Leaf> {
  readonly children: Map<BytePath, PlacedFolder<Leaf> | Placed<Leaf>>
  /** The entry of the folder itself; undefined if only its content is placed. */
  own?: Leaf
}

export interface Placed<Leaf> {
  readonly leaf: Leaf
}

function emptyFolder<Leaf>(): PlacedFolder<Leaf> {
  return { children: new Map() }
}

export function isPlacedFolder<Leaf>(node: PlacedFolder<Leaf> | Placed<Leaf> | undefined): node is PlacedFolder<Leaf> {
  return node !== undefined && 'children' in node
}

/** Places files and folders. Fast if entries arrive folder by folder. */
export class Placement<Leaf> {
  readonly root = emptyFolder<Leaf>()
  #recent: { readonly path: BytePath; readonly folder: PlacedFolder<Leaf> } = { path: '', folder: this.root }

  /** Places a file, which replaces a folder with its content. */
  file(path: BytePath, leaf: Leaf): void {
    const slash = path.lastIndexOf('/')
    this.#folder(slash < 0 ? '' : path.slice(0, slash)).children.set(path.slice(slash + 1), { leaf })
  }

  /** Places a folder, which replaces a file and merges with a folder. */
  folder(path: BytePath, leaf: Leaf): void {
    this.#folder(path).own = leaf
  }

  #folder(path: BytePath): PlacedFolder<Leaf> {
    if (this.#recent.path === path) return this.#recent.folder
    let folder = this.root
    for (const name of path === '' ? [] : path.split('/')) {
      const found = folder.children.get(name)
      const next = isPlacedFolder(found) ? found : emptyFolder<Leaf>()
      if (next !== found) folder.children.set(name, next)
      folder = next
    }
    this.#recent = { path, folder }
    return folder
  }
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
