import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { SourceError, type SourceErrorCode } from './source-error.ts'
import { largestFiles, type SourceSet } from './source-set.ts'
import { ChangedWhileRead } from './steady-file.ts'
import { tarSource } from './tar-source.ts'

interface PackLimits {
  /** Size of the archive in bytes. */
  readonly packedBytes: number
  /** Total size of all files in bytes. */
  readonly unpackedBytes: number
  readonly files: number
}

/** The limits of a server for one request. */
const packLimits: PackLimits = {
  packedBytes: 40 * 1024 * 1024,
  unpackedBytes: 2 * 1024 ** 3,
  files: 200_000,
}

export interface PackedSource {
  readonly file: string
  /** Size of the archive in bytes. */
  readonly size: number
  /** 64 hex digits. */
  readonly sha256: string
  /** Total size of all files in bytes. */
  readonly unpackedBytes: number
}

export interface PackOptions {
  /** Missing limits default to `packLimits`. */
  readonly limits?: Partial<PackLimits>
  readonly signal?: AbortSignal
  /** Called with the number of packed bytes after each piece. */
  readonly onProgress?: (bytes: number) => void
}

/**
 * Writes a source set to a new file that only its owner may read, as a gzip-compressed pax archive.
 * Memory use does not grow with the source. Equal sets give equal bytes. Fails with SourceError and
 * leaves no file: a `too_…` code with the largest files, `changed` if a file changes at each
 * attempt to read it, or `unreadable`.
 */
export async function packSource(set: SourceSet, file: string, options: PackOptions = {}): Promise<PackedSource> {
  const limits = { ...packLimits, ...options.limits }
  const count = set.entries.length
  if (count > limits.files)
    throw tooMuch(set, 'too_many_files', `${count} files, more than the ${limits.files} that a server accepts`)
  const changed = new Set<string>()
  for (;;) {
    const handle = await open(file, 'wx', 0o600)
    try {
      return { file, ...(await pack(set, handle, limits, options)) }
    } catch (error) {
      await rm(file, { force: true })
      if (!(error instanceof ChangedWhileRead)) throw error
      if (changed.has(error.path)) throw unsteady(error)
      changed.add(error.path)
    } finally {
      await handle.close()
    }
  }
}

type Packed = Omit<PackedSource, 'file'>

async function pack(
  set: SourceSet,
  handle: FileHandle,
  limits: PackLimits,
  { signal, onProgress }: PackOptions,
): Promise<Packed> {
  let unpackedBytes = 0
  const count = (bytes: number) => {
    unpackedBytes += bytes
    if (unpackedBytes > limits.unpackedBytes)
      throw tooMuch(set, 'too_large_unpacked', `more than ${inMiB(limits.unpackedBytes)} of files`)
  }
  const sum = createHash('sha256')
  let size = 0
  const keep = async (packed: AsyncIterable<Buffer>) => {
    for await (const piece of packed) {
      size += piece.length
      if (size > limits.packedBytes)
        throw tooMuch(set, 'too_large_packed', `more than ${inMiB(limits.packedBytes)} when packed`)
      sum.update(piece)
      await handle.writeFile(piece)
    }
  }
  async function* pieces() {
    let bytes = 0
    for await (const piece of tarSource(set, count)) {
      bytes += piece.length
      onProgress?.(bytes)
      yield piece
    }
  }
  const tar = Readable.from(pieces(), { objectMode: false, highWaterMark: 1024 * 1024 })
  await pipeline(tar, createGzip({ level: 1 }), keep, signal === undefined ? {} : { signal })
  return { size, sha256: sum.digest('hex'), unpackedBytes }
}

function tooMuch(set: SourceSet, code: SourceErrorCode, what: string): SourceError {
  const message = `the source has ${what}. Exclude what the build does not need by lines in .hmignore.`
  return new SourceError(code, message, { largest: largestFiles(set) })
}

function unsteady(cause: ChangedWhileRead): SourceError {
  const message = `${JSON.stringify(cause.path)} changed twice while it was being packed. Stop the program that writes to it, or exclude it in .hmignore.`
  return new SourceError('changed', message, { cause })
}

function inMiB(bytes: number): string {
  return `${Number((bytes / 1024 ** 2).toFixed(1))} MiB`
}
