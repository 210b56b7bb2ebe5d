import { mkdirSync } from 'node:fs'
import { SandboxError, type SourceTreeRef } from '../../sandbox-driver.ts'
import type { SourceLimits } from '../limits.ts'
import { type BytePath, type ManifestEntry, manifestPath, readManifest, writeManifest } from '../manifest.ts'
import { quoted } from '../read-tar.ts'
import { TreeWriter } from '../tree-writer.ts'
import { type CommitFile, commitFiles, StoreDamaged, writeBlobs } from './mirror-content.ts'
import { GitFailure } from './run-git.ts'

export interface CheckoutJob {
  readonly mirror: string
  readonly commit: string
  /** A tree of an earlier commit. Unchanged files are hard-linked from it. */
  readonly base: { readonly commit: string; readonly tree: SourceTreeRef } | null
  /** Output path. */
  readonly tree: string
  /** Output path. */
  readonly manifest: string
  readonly limits: SourceLimits
}

/**
 * Writes the files of a commit, as stored in the repository, into a new folder. Returns the digest
 * of the manifest. Throws SandboxError `source_invalid` if the commit cannot be a source, and
 * another error if the mirror or the base is damaged.
 */
export async function checkoutTree(job: CheckoutJob): Promise<string> {
  mkdirSync(job.tree, { mode: 0o755 })
  const writer = new TreeWriter(job.tree, job.limits)
  try {
    await writeEntries(job, writer)
  } catch (cause) {
    if (isOurs(cause)) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SandboxError('source_invalid', `The source at commit ${job.commit} was refused: ${why}.`, { cause })
  }
  return writeManifest(job.manifest, writer.entries)
}

async function writeEntries({ mirror, commit, base, limits }: CheckoutJob, writer: TreeWriter): Promise<void> {
  const [files, before] = await Promise.all([
    commitFiles(mirror, commit, limits.entries),
    base === null ? new Map<BytePath, CommitFile>() : commitFiles(mirror, base.commit, limits.entries),
  ])
  const known = base === null ? new Map<BytePath, ManifestEntry>() : manifestOf(base.tree)
  let bytes = 0
  const count = (size: number) => {
    bytes += size
    if (bytes > limits.bytes) throw new Error(`its files exceed ${limits.bytes} bytes in total`)
  }
  const wanted: CommitFile[] = []
  for (const file of files.values()) {
    refuseOddPath(file.path)
    const old = before.get(file.path)
    const entry = known.get(file.path)
    if (file.kind === 'folder') writer.folder(file.path)
    else if (base !== null && entry?.kind === file.kind && old?.kind === file.kind && old.blob === file.blob) {
      count(entry.size)
      writer.reuse(entry, base.tree.path)
    } else wanted.push(file)
  }
  await writeBlobs(mirror, wanted, writer, count)
}

function manifestOf(tree: SourceTreeRef): ReadonlyMap<BytePath, ManifestEntry> {
  try {
    return new Map(readManifest(manifestPath(tree), tree.digest).map((entry) => [entry.path, entry]))
  } catch (cause) {
    throw new StoreDamaged(`cannot read the manifest of ${tree.digest}`, { cause })
  }
}

/**
 * Refuses paths that git itself would not check out. A user who runs git there would trust hooks
 * and settings inside a .git.
 */
function refuseOddPath(path: BytePath): void {
  for (const part of path.split('/')) {
    if (part.toLowerCase() === '.git') throw new Error(`${quoted(path)} is inside a folder that only git may create`)
    if (part === '' || part === '.' || part === '..') throw new Error(`${quoted(path)} is not a valid path in a tree`)
  }
}

/** Returns whether this machine is the cause, not the commit. */
function isOurs(cause: unknown): boolean {
  return cause instanceof GitFailure || cause instanceof StoreDamaged || (cause instanceof Error && 'syscall' in cause)
}
