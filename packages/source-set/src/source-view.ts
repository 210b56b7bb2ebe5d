import { readlinkSync } from 'node:fs'
import { placeOf } from './listing.ts'
import { pathBytes, type SourceEntry, type SourceSet } from './source-set.ts'

/**
 * A name or path in bytes: text with one character (U+0000 to U+00FF) for each byte, because names
 * need not be UTF-8.
 */
export type BytePath = string

export interface Folder {
  readonly kind: 'folder'
  readonly children: Map<BytePath, Folder | SourceEntry>
}

export interface Found {
  /**
   * Path relative to the root, in the form in which it was reached: links on the way are not
   * resolved.
   */
  readonly path: BytePath
  /** The file or folder to which the path leads; the link itself if it is dangling. */
  readonly node: Folder | SourceEntry
  /** The link at the path; null if there is none. */
  readonly link: SourceEntry | null
}

const mostLinks = 40

/**
 * A source set as a tree. Links lead only to members of the set, as in a build, whatever other
 * files this machine has.
 */
export class SourceView {
  readonly root: string
  readonly #top = newFolder()

  /** @param folders folders that may be empty, which entries do not show. */
  constructor({ root, entries }: Pick<SourceSet, 'root' | 'entries'>, folders: readonly BytePath[] = []) {
    this.root = root
    for (const path of folders) {
      let folder = this.#top
      for (const name of path.split('/')) folder = enter(folder, name)
    }
    for (const entry of entries) {
      const names = pathBytes(entry).toString('latin1').split('/')
      const name = names.pop() ?? ''
      let folder = this.#top
      for (const each of names) folder = enter(folder, each)
      folder.children.set(name, entry)
    }
  }

  /** Returns the file or folder at a path, following links, or a dangling link. */
  lookUp(path: BytePath): Found | undefined {
    const names = path.split('/')
    const parent = this.#follow(this.#top, names.slice(0, -1))
    const itself = parent?.kind === 'folder' ? parent.children.get(names.at(-1) ?? '') : undefined
    const link = itself?.kind === 'link' ? itself : null
    const node = this.#follow(this.#top, names) ?? link
    return node === null ? undefined : { path, node, link }
  }

  /**
   * Yields everything below a folder, down to `maxDepth` levels, in no order. Yields linked folders
   * without entering them.
   */
  *walk({ path: start, node }: Pick<Found, 'path' | 'node'>, maxDepth = Number.POSITIVE_INFINITY): Generator<Found> {
    const open = [{ path: start, node, depth: 1 }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next.node.kind !== 'folder') continue
      for (const [name, child] of next.node.children) {
        const path = next.path === '' ? name : `${next.path}/${name}`
        if (child.kind === 'link') yield { path, node: this.#follow(next.node, [name]) ?? child, link: child }
        else yield { path, node: child, link: null }
        if (child.kind === 'folder' && next.depth < maxDepth) open.push({ path, node: child, depth: next.depth + 1 })
      }
    }
  }

  /** Returns the bytes of a link's target. */
  targetOf(link: SourceEntry): Buffer {
    return readlinkSync(placeOf(this.root, link), { encoding: 'buffer' })
  }

  #follow(start: Folder, path: readonly BytePath[]): Folder | SourceEntry | undefined {
    let at: Folder | SourceEntry = start
    let links = 0
    const todo = [...path].reverse()
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      if (at.kind !== 'folder') return undefined
      if (name === '' || name === '.') continue
      const next: Folder | SourceEntry | undefined = name === '..' ? parents.get(at) : at.children.get(name)
      if (next === undefined) return undefined
      if (next.kind !== 'link') {
        at = next
        continue
      }
      const target = this.targetOf(next).toString('latin1')
      links += 1
      if (target.startsWith('/') || links > mostLinks) return undefined
      todo.push(...target.split('/').reverse())
    }
    return at
  }
}

// Stored outside the folders, so that printing one does not print the whole tree.
const parents = new WeakMap<Folder, Folder>()

function newFolder(): Folder {
  return { kind: 'folder', children: new Map() }
}

function enter(folder: Folder, name: BytePath): Folder {
  const there = folder.children.get(name)
  if (there?.kind === 'folder') return there
  const made = newFolder()
  parents.set(made, folder)
  folder.children.set(name, made)
  return made
}
