import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, readlinkSync, statSync, writeSync } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { SandboxError, type SourceTreeRef } from '../sandbox-driver.ts'
import { ifPresent, isAbsent } from '../system/files.ts'

/**
 * A path or name as bytes: one character (U+0000 to U+00FF) per byte, because names need not be
 * UTF-8.
 */
export type BytePath = string

export type EntryKind = 'file' | 'executable' | 'link' | 'folder'

export interface ManifestEntry {
  /** Relative to the root of the tree, without `.` and `..`. */
  readonly path: BytePath
  readonly kind: EntryKind
  readonly size: number
  /** SHA-256 in hex of a file, target of a link as bytes, '' for a folder. */
  readonly content: string
}

/**
 * Formats a manifest: one JSON line per entry, in order of path. Equal trees have equal manifests,
 * byte for byte.
 */
function formatManifest(entries: readonly ManifestEntry[]): Buffer {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))
  return Buffer.from(
    sorted.map((entry) => `${JSON.stringify([entry.path, entry.kind, entry.size, entry.content])}\n`).join(''),
  )
}

function manifestDigest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Reads the manifest with this digest. Throws if the file is damaged. */
export function readManifest(file: string, digest: string): readonly ManifestEntry[] {
  const bytes = readFileSync(file)
  if (manifestDigest(bytes) !== digest) throw new Error(`the manifest ${file} is damaged`)
  const lines = bytes.toString('utf8').split('\n').filter(Boolean)
  return lines.map((line) => {
    const [path, kind, size, content] = JSON.parse(line) as [string, EntryKind, number, string]
    return { path, kind, size, content }
  })
}

/** Writes the manifest of a tree to a new file, syncs it, and returns its digest. */
export function writeManifest(file: string, entries: readonly ManifestEntry[]): string {
  const bytes = formatManifest(entries)
  const fd = openSync(file, 'wx', 0o600)
  try {
    writeSync(fd, bytes)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  return manifestDigest(bytes)
}

export interface Folder {
  readonly children: Map<BytePath, ManifestEntry | Folder>
}

export function isFolder(node: ManifestEntry | Folder | undefined): node is Folder {
  return node !== undefined && 'children' in node
}

/**
 * Converts entries to nested folders. A folder must precede its content, as in `formatManifest`.
 */
export function asFolders(entries: readonly ManifestEntry[]): Folder {
  const root: Folder = { children: new Map() }
  const folders = new Map<BytePath, Folder>([['', root]])
  for (const entry of entries) {
    const slash = entry.path.lastIndexOf('/')
    const parent = folders.get(slash < 0 ? '' : entry.path.slice(0, slash))
    if (parent === undefined) throw new Error(`the manifest lacks the folder of ${entry.path}`)
    if (entry.kind === 'folder') {
      const folder: Folder = { children: new Map() }
      folders.set(entry.path, folder)
      parent.children.set(entry.path.slice(slash + 1), folder)
    } else parent.children.set(entry.path.slice(slash + 1), entry)
  }
  return root
}

/**
 * Returns a tree's entries. Throws SandboxError `provision_failed` if the tree's manifest is
 * missing or damaged.
 */
export function treeManifest(tree: SourceTreeRef): readonly ManifestEntry[] {
  try {
    return readManifest(manifestPath(tree), tree.digest)
  } catch (cause) {
    const message = `Cannot read the manifest of the source tree ${tree.digest}: ${cause}`
    throw new SandboxError('provision_failed', message, { cause })
  }
}

/** Returns the paths of a tree's files. Runs in a worker thread. */
export function pathsOfTree(tree: SourceTreeRef): readonly string[] {
  const files = treeManifest(tree).filter(({ kind }) => kind === 'file' || kind === 'executable')
  return files.map(({ path }) => Buffer.from(path, 'latin1').toString('utf8'))
}

/** Returns whether a tree equals its manifest byte for byte. Reads the whole tree. */
export function verifyTree(tree: SourceTreeRef): boolean {
  try {
    return readManifest(manifestPath(tree), tree.digest).every((entry) => isWhole(tree, entry))
  } catch (error) {
    if (error instanceof Error && (isAbsent(error) || error.message.endsWith('is damaged'))) return false
    throw error
  }
}

function isWhole(tree: SourceTreeRef, entry: ManifestEntry): boolean {
  const place = Buffer.concat([Buffer.from(`${tree.path}/`), Buffer.from(entry.path, 'latin1')])
  if (entry.kind === 'folder') return statSync(place).isDirectory()
  if (entry.kind === 'link') return readlinkSync(place, 'buffer').toString('latin1') === entry.content
  return createHash('sha256').update(readFileSync(place)).digest('hex') === entry.content
}

/** Layout of the store: `trees/HEX`, `manifests/HEX`, `archives/SHA256.json`. */
export function treePath(directory: string, digest: string): string {
  return path.join(directory, 'trees', hexOf(digest))
}

/** Returns the path of a tree's manifest, which outlives the tree. */
export function manifestPath(tree: SourceTreeRef): string {
  return path.join(tree.path, '..', '..', 'manifests', hexOf(tree.digest))
}

function hexOf(digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1]
  if (hex === undefined) throw new Error(`not the digest of a source tree: ${digest}`)
  return hex
}

/** Returns a tree of the store; undefined if it or its manifest is absent. */
export async function storedTree(directory: string, digest: string): Promise<SourceTreeRef | undefined> {
  const tree = { digest, path: treePath(directory, digest) }
  const found = await ifPresent(Promise.all([access(tree.path), access(manifestPath(tree))]))
  return found && tree
}
