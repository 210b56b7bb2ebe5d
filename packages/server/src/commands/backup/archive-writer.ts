/**
 * Writes a backup: a tar compressed with zstd, so that its owner can inspect it. The file gets its
 * name once it is complete and on disk; until then it is a draft beside it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { type Pack, pack } from 'tar-stream'
import { syncDirectory } from '../../platform/data-directory/sync-directory.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'
import { type ArchiveEnd, digestHead, endName } from './archive-format.ts'

/**
 * Starts an archive that only its owner can read. Fails if the path exists and is not a regular
 * file.
 */
export async function createArchive(path: string, signal: AbortSignal): Promise<ArchiveWriter> {
  await requireFileOrNothing(path)
  await removeDrafts(path)
  const draft = `${draftPrefix(path)}${randomBytes(6).toString('hex')}`
  return new ArchiveWriter({ path, draft, file: await open(draft, 'wx', 0o600), signal })
}

interface ArchiveFiles {
  readonly path: string
  readonly draft: string
  /** The open draft. */
  readonly file: FileHandle
  readonly signal: AbortSignal
}

export class ArchiveWriter {
  readonly #files: ArchiveFiles
  readonly #tar = pack()
  readonly #flowing: Promise<void>
  readonly #digest = createHash('sha256')
  #entries = 0
  #writtenBytes = 0
  #finished = false

  constructor(files: ArchiveFiles) {
    const zstd = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } })
    this.#files = files
    this.#flowing = pipeline(this.#tar, zstd, (chunks) => this.#write(chunks), { signal: files.signal })
    // The next write reports the error. Without this handler, the rejection would end the process.
    this.#flowing.catch(() => undefined)
  }

  add(name: string, bytes: Buffer): Promise<void> {
    return this.addStream(name, bytes.length, [bytes])
  }

  /** Adds an entry of exactly `size` bytes, as they arrive. */
  async addStream(name: string, size: number, bytes: AsyncIterable<Buffer> | readonly Buffer[]): Promise<void> {
    this.#files.signal.throwIfAborted()
    this.#digest.update(digestHead(name, size))
    this.#entries += 1
    const ended = Promise.withResolvers<void>()
    const entry = { name, size, mode: 0o600 }
    const sink = this.#tar.entry(entry, (error) => (error ? ended.reject(error) : ended.resolve()))
    ended.promise.catch(() => undefined)
    for await (const chunk of bytes) {
      this.#digest.update(chunk)
      if (!sink.write(chunk)) await drained(sink)
      if (sink.destroyed) break
    }
    sink.end(null)
    await ended.promise.catch(async (error: unknown) => {
      await this.#flowing // its failure, such as a full disk, caused this one
      throw error
    })
  }

  /** Returns the size of the file so far. */
  writtenBytes(): number {
    return this.#writtenBytes
  }

  /** Adds the summary, flushes the draft to the disk and renames it to the final name. */
  async finish(): Promise<void> {
    const { path, draft, file } = this.#files
    const end: ArchiveEnd = { entries: this.#entries, sha256: this.#digest.digest('hex') }
    this.#tar.entry({ name: endName, mode: 0o600 }, Buffer.from(JSON.stringify(end)))
    this.#tar.finalize()
    await this.#flowing
    await file.sync()
    await file.close()
    await rename(draft, path)
    this.#finished = true
    await syncDirectory(dirname(path))
  }

  /** Removes the draft. Does nothing after `finish`. */
  async abort(): Promise<void> {
    const { draft, file } = this.#files
    if (this.#finished) return
    this.#tar.destroy()
    await this.#flowing.catch(() => undefined) // its error is the reason to abort
    await file.close().catch(() => undefined) // already closed if the rename failed
    await rm(draft, { force: true })
  }

  async #write(chunks: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of chunks) {
      await this.#files.file.writeFile(chunk)
      this.#writtenBytes += chunk.length
    }
  }
}

/** Resolves when the sink accepts more data, or when it is closed. */
function drained(sink: ReturnType<Pack['entry']>): Promise<void> {
  return new Promise<void>((resolve) => {
    const done = () => {
      sink.off('drain', done)
      sink.off('close', done)
      resolve()
    }
    sink.on('drain', done)
    sink.on('close', done)
    if (sink.destroyed) done()
  })
}

async function requireFileOrNothing(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found !== null && !found.isFile()) throw new SettingsError(`backup: \`${path}\` is not a regular file.`)
}

function draftPrefix(path: string): string {
  return `${path}.unfinished-`
}

/** Removes the drafts of killed backups to the same name. */
async function removeDrafts(path: string): Promise<void> {
  const prefix = basename(draftPrefix(path))
  const directory = dirname(path)
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new SettingsError(`backup: cannot write \`${path}\` (${cause}).`)
  })
  for (const name of names) if (name.startsWith(prefix)) await rm(join(directory, name), { force: true })
}
