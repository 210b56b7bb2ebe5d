import { closeSync, createReadStream, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { SandboxError } from '../sandbox-driver.ts'
import { ByteReader } from './byte-reader.ts'
import type { SourceLimits } from './limits.ts'
import { writeManifest } from './manifest.ts'
import { readTar, type TarEntry } from './read-tar.ts'
import { TreeWriter } from './tree-writer.ts'

export interface UnpackJob {
  /** A gzip or plain tar file. An empty file is an empty tree. */
  readonly archive: string
  /** Output path. */
  readonly tree: string
  /** Output path. */
  readonly manifest: string
  readonly limits: SourceLimits
}

/** Unpacked size in bytes below which a ratio is not meaningful. */
const RATIO_COUNTS_FROM = 50 * 1024 * 1024
/** Allowance for the headers of one entry. */
const HEADERS_PER_ENTRY = 4_096

/**
 * Unpacks an archive into a new folder, and returns the digest of its manifest. Rejects with
 * SandboxError `source_invalid`.
 */
export async function unpackArchive(job: UnpackJob): Promise<string> {
  mkdirSync(job.tree, { mode: 0o755 })
  const writer = new TreeWriter(job.tree, job.limits)
  try {
    if (statSync(job.archive).size > 0) await writeEntries(job, writer)
  } catch (cause) {
    if (isOurDisk(cause)) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SandboxError('source_invalid', `The source archive was refused: ${why}.`, { cause })
  }
  return writeManifest(job.manifest, writer.entries)
}

async function writeEntries(job: UnpackJob, writer: TreeWriter): Promise<void> {
  const { limits } = job
  let entries = 0
  let bytes = 0
  for await (const entry of readTar(new ByteReader(unpackedBytes(job.archive, limits)))) {
    entries += 1
    if (entries > limits.entries) throw new Error(`it has more than ${limits.entries} entries`)
    bytes += entry.kind === 'hard link' ? writer.sizeOfTarget(entry.name, entry.linkName) : entry.size
    if (bytes > limits.bytes) throw new Error(`it unpacks to more than ${limits.bytes} bytes`)
    await writeEntry(writer, entry)
  }
}

async function writeEntry(writer: TreeWriter, entry: TarEntry): Promise<void> {
  if (entry.kind === 'folder') writer.folder(entry.name)
  else if (entry.kind === 'link') writer.link(entry.name, entry.linkName)
  else if (entry.kind === 'hard link') writer.hardLink(entry.name, entry.linkName)
  else await writer.file(entry.name, entry.executable, entry.size, entry.content())
}

async function* unpackedBytes(file: string, limits: SourceLimits): AsyncGenerator<Buffer> {
  const packed = createReadStream(file, { highWaterMark: 256 * 1024 })
  const gunzip = isGzip(file) ? createGunzip({ chunkSize: 256 * 1024 }) : undefined
  if (gunzip !== undefined) packed.on('error', (error) => gunzip.destroy(error)).pipe(gunzip)
  let given = 0
  try {
    for await (const piece of gunzip ?? packed) {
      given += piece.length
      const ratio = given / Math.max(1, packed.bytesRead)
      if (given > RATIO_COUNTS_FROM && ratio > limits.ratio) {
        throw new Error(`it unpacks to more than ${limits.ratio} times its size`)
      }
      if (given > limits.bytes + limits.entries * HEADERS_PER_ENTRY) {
        throw new Error(`it unpacks to more than ${limits.bytes} bytes`)
      }
      yield piece
    }
  } finally {
    packed.destroy()
    gunzip?.destroy()
  }
}

function isGzip(file: string): boolean {
  const fd = openSync(file, 'r')
  try {
    const magic = Buffer.alloc(2)
    return readSync(fd, magic) === 2 && magic.readUInt16BE() === 0x1f8b
  } finally {
    closeSync(fd)
  }
}

/** Returns whether this machine's disk is the cause, not the archive. */
function isOurDisk(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause
}
