import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { type Found, type SourceEntry, SourceView, watchedFiles } from '@harmont/source-set'
import type { SourceTreeRef } from '../sandbox-driver.ts'
import type { EntryKind, ManifestEntry } from './manifest.ts'
import { treeManifest } from './manifest.ts'

/**
 * A file, link or folder of a tree that a path of a cache policy matches, or that is in a matching
 * folder.
 */
export interface WatchedFile {
  /** The path at which the entry was found, one character per byte. */
  readonly path: string
  /** Kind of the entry, or of a link's target within the tree. */
  readonly kind: EntryKind
  /** SHA-256 in hex of a file, target of a dangling link, '' for a folder. */
  readonly content: string
  /** Target of the link at the path; null if there is none. */
  readonly link: string | null
}

/**
 * Digests of the files that a policy watches: one of everything, and one of each aspect, to
 * determine what changed.
 */
export interface WatchedDigest {
  readonly all: string
  readonly paths: string
  /** Covers which entries are files, folders or links, and the links' targets. */
  readonly types: string
  /** Covers which files are executable. */
  readonly modes: string
  readonly contents: string
}

export interface WatchJob {
  readonly tree: SourceTreeRef
  readonly paths: readonly string[]
}

/** Digests the files of a tree that match paths and globs. Runs in a worker thread. */
export function watchTree({ tree, paths }: WatchJob): WatchedDigest {
  const files = watchedIn(tree, paths)
  // A separator, because neither a path nor a link's target contains a NUL.
  const digest = (part: (file: WatchedFile) => string) => {
    const sum = createHash('sha256')
    for (const file of files) sum.update(`${file.path}\0${part(file)}\0`)
    return sum.digest('hex')
  }
  const link = (file: WatchedFile) => (file.link === null ? '' : `link ${file.link}`)
  return {
    all: digest((file) => `${file.kind}\0${file.content}\0${link(file)}`),
    paths: digest(() => ''),
    types: digest((file) => `${file.kind === 'executable' ? 'file' : file.kind}\0${link(file)}`),
    modes: digest(({ kind }) => String(kind === 'executable')),
    contents: digest(({ content }) => content),
  }
}

/**
 * Returns the entries of a tree that match paths and globs, in order of path. Blocks while it reads
 * the tree; see `digestWatched`.
 */
export function watchedIn(tree: SourceTreeRef, paths: readonly string[]): readonly WatchedFile[] {
  const { view, entries } = openTree(tree)
  const watched = [...watchedFiles(view, paths).values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  return watched.map((found) => asWatched(found, entries, view))
}

interface OpenTree {
  readonly digest: string
  readonly view: SourceView
  /** Files and links only. */
  readonly entries: ReadonlyMap<unknown, ManifestEntry>
}

/** Caches the last tree, because the steps of one build use the same one. */
let latest: OpenTree | undefined

function openTree(tree: SourceTreeRef): OpenTree {
  if (latest?.digest === tree.digest) return latest
  const entries = new Map<SourceEntry, ManifestEntry>()
  const folders: string[] = []
  for (const entry of treeManifest(tree)) {
    if (entry.kind === 'folder') folders.push(entry.path)
    else entries.set(sourceEntry(entry), entry)
  }
  const view = new SourceView({ root: tree.path, entries: [...entries.keys()] }, folders)
  latest = { digest: tree.digest, view, entries }
  return latest
}

function sourceEntry({ path, kind, size }: ManifestEntry): SourceEntry {
  const bytes = Buffer.from(path, 'latin1')
  const common = { path: bytes.toString('utf8'), raw: isUtf8(bytes) ? null : bytes, size, mtimeMs: 0 }
  if (kind === 'link') return { ...common, kind, mode: 0o777 }
  return { ...common, kind: 'file', mode: kind === 'executable' ? 0o755 : 0o644 }
}

function asWatched(
  { path, node, link }: Found,
  entries: ReadonlyMap<unknown, ManifestEntry>,
  view: SourceView,
): WatchedFile {
  const target = link === null ? null : view.targetOf(link).toString('latin1')
  if (node.kind === 'folder') return { path, kind: 'folder', content: '', link: target }
  const { kind, content } = known(entries.get(node), path)
  return { path, kind, content, link: target }
}

function known(entry: ManifestEntry | undefined, path: string): ManifestEntry {
  if (entry === undefined) throw new Error(`the manifest lacks ${path}`)
  return entry
}
