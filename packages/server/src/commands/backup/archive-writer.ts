/**
 * Writes a backup: a tar compressed with zstd, so that its owner can inspect it. The file appears
 * under its name once it is complete and on disk; until then there is a draft beside it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { type Pack, pack } from 'tar-stream'
import { syncDirectory } from '../../platform/data-directory/sync-directory.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'
import { type ArchiveEnd, digestHead, endName } from './archive-format.ts'

export interface ArchiveWriter {
  add(name: string, bytes: Buffer): Promise<void>
  /** Adds an entry of exactly `size` bytes, as they arrive. */
  addStream(name: string, size: number, bytes: AsyncIterable<Buffer>): Promise<void>
  /** The size of the file so far. */
  writtenBytes(): number
  /** Adds the summary, flushes the file to the disk and renames it to its name. */
  finish(): Promise<void>
  /** Removes the draft. Does nothing after `finish`. */
  abort(): Promise<void>
}

/** Starts a file that only its owner can read. Fails if its name belongs to anything but a file. */
export async function createArchive(path: string, signal: AbortSignal): Promise<ArchiveWriter> {
  await requireFileOrNothing(path)
  await removeDrafts(path)
  const draft = `${draftPrefix(path)}${randomBytes(6).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  const tar = pack()
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } })
  let writtenBytes = 0
  const write = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      await file.writeFile(chunk)
      writtenBytes += chunk.length
    }
  }
  const flowing = pipeline(tar, zstd, write, { signal })
  // The next write reports the error. Until then it must not end the process.
  flowing.catch(() => undefined)
  const digest = createHash('sha256')
  let entries = 0
  let finished = false

  async function put(name: string, size: number, bytes: AsyncIterable<Buffer> | readonly Buffer[]): Promise<void> {
    signal.throwIfAborted()
    digest.update(digestHead(name, size))
    entries += 1
    const ended = Promise.withResolvers<void>()
    const sink = tar.entry({ name, size, mode: 0o600 }, (error) => (error ? ended.reject(error) : ended.resolve()))
    ended.promise.catch(() => undefined)
    for await (const chunk of bytes) {
      digest.update(chunk)
      if (!sink.write(chunk)) await drained(sink)
      if (sink.destroyed) break
    }
    sink.end(null)
    await ended.promise.catch(async (error: unknown) => {
      await flowing // its failure, such as a full disk, caused this one
      throw error
    })
  }

  return {
    add: (name, bytes) => put(name, bytes.length, [bytes]),
    addStream: put,
    writtenBytes: () => writtenBytes,
    async finish() {
      const end: ArchiveEnd = { entries, sha256: digest.digest('hex') }
      const text = Buffer.from(JSON.stringify(end))
      tar.entry({ name: endName, mode: 0o600 }, text)
      tar.finalize()
      await flowing
      await file.sync()
      await file.close()
      await rename(draft, path)
      finished = true
      await syncDirectory(dirname(path))
    },
    async abort() {
      if (finished) return
      tar.destroy()
      await flowing.catch(() => undefined) // its error is the reason to abort
      await file.close().catch(() => undefined) // already closed if the rename failed
      await rm(draft, { force: true })
    },
  }
}

/** Resolves when more can be written, and when nothing can be any more. */
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
