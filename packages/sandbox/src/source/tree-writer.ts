import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  linkSync,
  mkdirSync,
  openSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import type { SourceLimits } from './limits.ts'
import type { BytePath, ManifestEntry } from './manifest.ts'
import { quoted } from './read-tar.ts'

const LONGEST_NAME = 255
const LONGEST_LINK = 4_095
/**
 * Limit of the total length of all paths and link targets, because the manifest is held in memory.
 */
const NAMES_BYTES = 64 * 1024 * 1024

/**
 * Writes the entries of an archive below a new, empty folder, to which nothing else writes. Knows
 * all entries that it has written, so it never resolves a path in the file system. Refuses a path
 * through anything except its own folders.
 */
export class TreeWriter {
  readonly #root: Buffer
  readonly #limits: SourceLimits
  readonly #entries = new Map<BytePath, ManifestEntry>()
  readonly #children = new Map<BytePath, number>()
  #namesBytes = 0

  constructor(root: string, limits: SourceLimits) {
    this.#root = Buffer.from(`${root}/`)
    this.#limits = limits
  }

  get entries(): readonly ManifestEntry[] {
    return [...this.#entries.values()]
  }

  folder(name: BytePath): void {
    const path = this.#checked(name)
    if (path !== '') this.#makeFolder(path)
  }

  async file(name: BytePath, executable: boolean, size: number, content: AsyncIterable<Buffer>): Promise<void> {
    const path = this.#vacate(name)
    const fd = openSync(
      this.#place(path),
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    )
    const hash = createHash('sha256')
    try {
      for await (const piece of content) {
        hash.update(piece)
        for (let written = 0; written < piece.length; ) written += writeSync(fd, piece, written)
      }
      fchmodSync(fd, executable ? 0o755 : 0o644)
    } finally {
      closeSync(fd)
    }
    this.#add({ path, kind: executable ? 'executable' : 'file', size, content: hash.digest('hex') })
  }

  /** A link's target is only text here. The link is only followed in the sandbox. */
  link(name: BytePath, target: BytePath): void {
    if (target === '' || target.includes('\0') || target.length > LONGEST_LINK) {
      throw new Error(`the link ${quoted(name)} has an invalid target`)
    }
    const path = this.#vacate(name)
    symlinkSync(Buffer.from(target, 'latin1'), this.#place(path))
    this.#add({ path, kind: 'link', size: target.length, content: target })
  }

  /** Returns the size of the file that this hard link adds to the tree. */
  sizeOfTarget(name: BytePath, target: BytePath): number {
    return this.#target(name, target).size
  }

  hardLink(name: BytePath, target: BytePath): void {
    const original = this.#target(name, target)
    if (this.#checked(name) === original.path) return
    const path = this.#vacate(name)
    linkSync(this.#place(original.path), this.#place(path))
    this.#add({ ...original, path })
  }

  /** Hard-links a file or link of another tree. Neither name is ever written to. */
  reuse(entry: ManifestEntry, tree: string): void {
    const path = this.#vacate(entry.path)
    linkSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from(path, 'latin1')]), this.#place(path))
    this.#add(entry)
  }

  #target(name: BytePath, target: BytePath): ManifestEntry {
    const original = this.#entries.get(this.#checked(target))
    if (original === undefined || original.kind === 'link' || original.kind === 'folder') {
      throw new Error(`${quoted(name)} is a hard link to ${quoted(target)}, which is not an earlier file`)
    }
    return original
  }

  /**
   * Ensures that the parent exists and that the path is unused, because the last entry of a name is
   * kept.
   */
  #vacate(name: BytePath): BytePath {
    const path = this.#checked(name)
    if (path === '') throw new Error(`${quoted(name)} is the root, but not a folder`)
    this.#makeParent(path)
    const there = this.#entries.get(path)
    if (there === undefined) return path
    if (there.kind !== 'folder') unlinkSync(this.#place(path))
    else if ((this.#children.get(path) ?? 0) === 0) rmdirSync(this.#place(path))
    else throw new Error(`${quoted(name)} would replace a folder that is not empty`)
    this.#remove(path)
    return path
  }

  #makeFolder(path: BytePath): void {
    const there = this.#entries.get(path)
    if (there?.kind === 'folder') return
    this.#makeParent(path)
    if (there !== undefined) {
      unlinkSync(this.#place(path))
      this.#remove(path)
    }
    mkdirSync(this.#place(path))
    chmodSync(this.#place(path), 0o755)
    this.#add({ path, kind: 'folder', size: 0, content: '' })
  }

  #makeParent(path: BytePath): void {
    const parent = parentOf(path)
    if (parent === '') return
    const there = this.#entries.get(parent)
    if (there === undefined) this.#makeFolder(parent)
    else if (there.kind !== 'folder') {
      throw new Error(
        `${quoted(path)} is below ${quoted(parent)}, which is a ${there.kind === 'link' ? 'link' : 'file'}`,
      )
    }
  }

  #checked(name: BytePath): BytePath {
    if (name.startsWith('/')) throw new Error(`${quoted(name)} is an absolute path`)
    if (name.includes('\0')) throw new Error(`${quoted(name)} contains a null byte`)
    const parts = name.split('/').filter((part) => part !== '' && part !== '.')
    if (parts.includes('..')) throw new Error(`${quoted(name)} leads out of the tree`)
    const path = parts.join('/')
    if (path.length > this.#limits.pathBytes || parts.some((part) => part.length > LONGEST_NAME)) {
      throw new Error(`the path ${quoted(name)} is too long`)
    }
    if (parts.length > this.#limits.depth)
      throw new Error(`${quoted(name)} is more than ${this.#limits.depth} folders deep`)
    return path
  }

  #add(entry: ManifestEntry): void {
    this.#entries.set(entry.path, entry)
    this.#count(entry.path, 1)
    // Folders without an entry of their own count too: a path of 100 folders counts as 100 entries.
    if (this.#entries.size > this.#limits.entries) throw new Error(`it has more than ${this.#limits.entries} entries`)
    this.#namesBytes += entry.path.length + entry.content.length
    if (this.#namesBytes > NAMES_BYTES) throw new Error('its paths together are longer than 64 MiB')
  }

  #remove(path: BytePath): void {
    this.#entries.delete(path)
    this.#count(path, -1)
  }

  #count(path: BytePath, change: number): void {
    const parent = parentOf(path)
    this.#children.set(parent, (this.#children.get(parent) ?? 0) + change)
  }

  #place(path: BytePath): Buffer {
    return Buffer.concat([this.#root, Buffer.from(path, 'latin1')])
  }
}

function parentOf(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}
