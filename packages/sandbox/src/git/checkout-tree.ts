import { mkdirSync } from 'node:fs'
import { SandboxError, type SourceTreeRef } from '../driver.ts'
import type { SourceLimits } from '../source/limits.ts'
import {
  type BytePath,
  formatManifest,
  type ManifestEntry,
  manifestDigest,
  readManifest,
  writeManifest,
} from '../source/manifest.ts'
import { manifestPath } from '../source/places.ts'
import { quoted } from '../source/read-tar.ts'
import { TreeWriter } from '../source/tree-writer.ts'
import { type CommitChange, changesBetween } from './commit-changes.ts'
import { GitFailure } from './run-git.ts'
import { StoreDamaged } from './store-damaged.ts'
import { writeBlobs } from './write-blobs.ts'

export interface CheckoutJob {
  readonly mirror: string
  readonly commit: string
  /** A tree of an earlier commit: what is the same is shared with it. */
  readonly base: { readonly commit: string; readonly tree: SourceTreeRef } | null
  /** Made by this. */
  readonly tree: string
  /** Made by this. */
  readonly manifest: string
  readonly limits: SourceLimits
}

/** The tree of no files, which git knows everywhere. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/**
 * Writes the files of a commit into a new folder, as they are in the repository, and gives the digest of its manifest. Fails with SandboxError
 * `source_invalid` when what is in the commit cannot be a source, and otherwise when mirror or base are damaged.
 */
export async function checkoutTree(job: CheckoutJob): Promise<string> {
  mkdirSync(job.tree, { mode: 0o755 })
  const writer = new TreeWriter(job.tree, job.limits)
  try {
    await writeEntries(job, writer)
  } catch (cause) {
    if (isOurs(cause)) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SandboxError('source_invalid', `The source, commit ${job.commit}, was refused: ${why}.`, { cause })
  }
  const manifest = formatManifest(writer.entries)
  writeManifest(job.manifest, manifest)
  return manifestDigest(manifest)
}

async function writeEntries({ mirror, commit, base, limits }: CheckoutJob, writer: TreeWriter): Promise<void> {
  const changes = new Map<BytePath, CommitChange>()
  let seen = 0
  for await (const change of changesBetween(mirror, base?.commit ?? emptyTree, commit)) {
    seen += 1
    if (seen > 2 * limits.entries) throw new Error(`it has more than ${limits.entries} entries`)
    // Both may be there, as for a tree that has one name twice.
    if (change.kind !== null || !changes.has(change.path)) changes.set(change.path, change)
  }
  let bytes = 0
  const count = (size: number) => {
    bytes += size
    if (bytes > limits.bytes) throw new Error(`its files together have more than ${limits.bytes} bytes`)
  }
  if (base !== null) {
    for (const entry of unchanged(base.tree, changes)) {
      count(entry.size)
      if (entry.kind === 'folder') writer.folder(entry.path)
      else writer.reuse(entry, base.tree.path)
    }
  }
  const present = [...changes.values()].filter(({ kind }) => kind !== null)
  for (const { path } of present) refuseGitFolder(path)
  for (const { path } of present.filter(({ kind }) => kind === 'folder')) writer.folder(path)
  await writeBlobs(
    mirror,
    present.filter(({ kind }) => kind !== 'folder'),
    writer,
    count,
  )
}

/** Files and links that no change touches, and folders without anything in them: the places of submodules. */
function unchanged(tree: SourceTreeRef, changes: ReadonlyMap<BytePath, CommitChange>): readonly ManifestEntry[] {
  const entries = manifestOf(tree)
  const full = new Set(entries.map(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('/')))))
  return entries.filter(({ path, kind }) => !changes.has(path) && !(kind === 'folder' && full.has(path)))
}

function manifestOf(tree: SourceTreeRef): readonly ManifestEntry[] {
  try {
    return readManifest(manifestPath(tree), tree.digest)
  } catch (cause) {
    throw new StoreDamaged(`the manifest of ${tree.digest} cannot be read`, { cause })
  }
}

/** /workspace/.git is ours, and hooks or settings that lie in another one would be believed by whoever runs git there. */
function refuseGitFolder(path: BytePath): void {
  if (path.split('/').some((part) => part.toLowerCase() === '.git'))
    throw new Error(`${quoted(path)} lies in a folder that only git itself may make`)
}

/** Trouble with this machine, which is not the commit's fault. */
function isOurs(cause: unknown): boolean {
  return cause instanceof GitFailure || cause instanceof StoreDamaged || (cause instanceof Error && 'syscall' in cause)
}
