import {
  type BigIntStats,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  writeFileSync,
} from 'node:fs'
import { SandboxError } from '../sandbox-driver.ts'
import { isAbsent, parseJson, readIfPresent } from '../system/files.ts'
import { type FileFingerprint, type FolderRecord, fingerprintOf, isUnchanged } from './file-fingerprint.ts'
import type { SourceLimits } from './limits.ts'
import { type BytePath, type ManifestEntry, manifestPath, readManifest, treePath, writeManifest } from './manifest.ts'
import { quoted } from './read-tar.ts'
import { TreeWriter } from './tree-writer.ts'

export interface TakeJob {
  /** Absolute. Its owner may be changing it meanwhile. */
  readonly folder: string
  /** Files and links. Missing ones are skipped. */
  readonly paths: readonly BytePath[]
  /** Directory of the tree store. */
  readonly directory: string
  /** The record of the last tree taken from this folder. May be absent or damaged. */
  readonly record: string
  readonly bootId: string
  /** Output paths. */
  readonly tree: string
  readonly manifest: string
  readonly newRecord: string
  readonly limits: SourceLimits
  /** A 64-bit counter of the bytes read so far, which the requesting thread polls. */
  readonly read: SharedArrayBuffer
}

export interface Taken {
  /** Digest of the manifest. */
  readonly digest: string
  /** False if the tree is the one taken last. In that case nothing was written. */
  readonly isNew: boolean
}

interface Base extends Omit<FolderRecord, 'files'> {
  readonly fingerprints: ReadonlyMap<BytePath, FileFingerprint>
  readonly path: string
  readonly entries: ReadonlyMap<BytePath, ManifestEntry>
}

const buffer = Buffer.alloc(256 * 1024)

/**
 * Copies the files of a folder into a new tree. Files with an unchanged fingerprint are hard-linked
 * from the last tree without reading them. Rejects with SandboxError `source_invalid`.
 */
export async function takeFiles(job: TakeJob): Promise<Taken> {
  const at = String(BigInt(Date.now()) * 1_000_000n)
  const base = baseOf(job)
  const found = job.paths.flatMap((path) => {
    const stat = statOf(job.folder, path)
    return stat === undefined ? [] : [{ path, stat, same: base && sameAs(base, job.folder, path, stat) }]
  })
  if (base !== null && found.length === base.entries.size && found.every(({ same }) => same !== null))
    return { digest: base.tree, isNew: false }
  mkdirSync(job.tree, { mode: 0o755 })
  const writer = new TreeWriter(job.tree, job.limits)
  const files: [BytePath, FileFingerprint][] = []
  try {
    checkSize(found, job.limits)
    for (const { path, stat, same } of found) {
      if (stat.isSymbolicLink()) writer.link(path, targetOf(job.folder, path))
      else if (same !== null && base !== null) {
        writer.reuse(same, base.path)
        files.push([path, fingerprintOf(stat)])
      } else files.push([path, await copy(writer, job, path)])
    }
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SandboxError('source_invalid', `Cannot use the folder ${job.folder} as a source: ${why}.`, { cause })
  }
  const digest = writeManifest(job.manifest, writer.entries)
  const record: FolderRecord = { tree: digest, bootId: job.bootId, at, files }
  writeFileSync(job.newRecord, JSON.stringify(record), { mode: 0o600 })
  return { digest, isNew: true }
}

/** Returns the tree taken last, if it is present and complete. */
function baseOf({ directory, record, bootId }: TakeJob): Base | null {
  const taken = parseJson<FolderRecord>(readIfPresent(record) ?? '')
  if (taken === undefined) return null
  const path = treePath(directory, taken.tree)
  if (taken.bootId !== bootId || !existsSync(path)) return null
  const tree = { digest: taken.tree, path }
  let manifest: readonly ManifestEntry[]
  try {
    manifest = readManifest(manifestPath(tree), tree.digest)
  } catch (error) {
    if (error instanceof Error && (isAbsent(error) || error.message.endsWith('is damaged'))) return null
    throw error
  }
  const entries = manifest.filter(({ kind }) => kind !== 'folder').map((entry) => [entry.path, entry] as const)
  return { ...taken, path, fingerprints: new Map(taken.files), entries: new Map(entries) }
}

function sameAs(base: Base, folder: string, path: BytePath, stat: BigIntStats): ManifestEntry | null {
  const entry = base.entries.get(path)
  if (entry === undefined || (entry.kind === 'link') !== stat.isSymbolicLink()) return null
  const stayed =
    entry.kind === 'link'
      ? entry.content === targetOf(folder, path)
      : isUnchanged(base.fingerprints.get(path), stat, base.at)
  return stayed ? entry : null
}

function checkSize(found: readonly { readonly stat: BigIntStats }[], limits: SourceLimits): void {
  const bytes = found.reduce((sum, { stat }) => sum + Number(stat.size), 0)
  if (bytes > limits.bytes) throw new Error(`its files exceed ${limits.bytes} bytes in total`)
}

/** Copies a file. Reads it a second time if it changed while it was read. */
async function copy(writer: TreeWriter, { folder, read }: TakeJob, path: BytePath): Promise<FileFingerprint> {
  for (const attempt of [1, 2]) {
    const fd = openSync(placeOf(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const before = fstatSync(fd, { bigint: true })
      if (!before.isFile()) throw new Error(`${quoted(path)} is neither a file nor a link`)
      await writer.file(path, (before.mode & 0o100n) !== 0n, Number(before.size), pieces(fd, new BigInt64Array(read)))
      const fingerprint = fingerprintOf(before)
      if (fingerprint.join() === fingerprintOf(fstatSync(fd, { bigint: true })).join()) return fingerprint
      if (attempt === 2)
        throw new Error(`${quoted(path)} changed twice while it was being read: stop the program that writes to it`)
    } finally {
      closeSync(fd)
    }
  }
  throw new Error(`${quoted(path)} was not read`)
}

async function* pieces(fd: number, counter: BigInt64Array): AsyncGenerator<Buffer> {
  for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) {
    Atomics.add(counter, 0, BigInt(read))
    yield buffer.subarray(0, read)
  }
}

function statOf(folder: string, path: BytePath): BigIntStats | undefined {
  try {
    return lstatSync(placeOf(folder, path), { bigint: true })
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

function targetOf(folder: string, path: BytePath): BytePath {
  return readlinkSync(placeOf(folder, path), 'buffer').toString('latin1')
}

function placeOf(folder: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')])
}
