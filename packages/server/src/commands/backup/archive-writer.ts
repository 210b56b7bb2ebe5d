/**
 * A backup while it is written: a tar under zstd, so that its owner can look into it. What ends well is a whole file under its name, on the disk; before that
 * there is only a draft beside it.
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
  /** Adds an entry of exactly so many bytes, as they come. */
  addStream(name: string, size: number, bytes: AsyncIterable<Buffer>): Promise<void>
  /** How large the file is so far. */
  writtenBytes(): number
  /** Says what all of it was, brings it to the disk, and gives it its name. */
  finish(): Promise<void>
  /** Removes the draft; does nothing after `finish`. */
  abort(): Promise<void>
}

/** Begins a file that its owner alone can read. Fails when there is something under its name that is no file. */
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
  // Whoever writes next is told; until then it must not end the process.
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
      await flowing // its failure, a full disk above all, is the reason of this one
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
      await flowing.catch(() => undefined) // that is why it is aborted
      await file.close().catch(() => undefined) // it was closed, and its name is what failed
      await rm(draft, { force: true })
    },
  }
}

/** Resolves when more may be written, and when it makes no sense any more. */
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

/** Those of backups to the same name that were killed. */
async function removeDrafts(path: string): Promise<void> {
  const prefix = basename(draftPrefix(path))
  const directory = dirname(path)
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new SettingsError(`backup: cannot write \`${path}\` (${cause}).`)
  })
  for (const name of names) if (name.startsWith(prefix)) await rm(join(directory, name), { force: true })
}
