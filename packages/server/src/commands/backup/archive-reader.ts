/** Reads a backup. The file is untrusted until the digest at its end has been verified. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { type Extract, extract } from 'tar-stream'
import { SettingsError } from '../../platform/settings/read-settings.ts'
import { type ArchiveEnd, digestHead, endName } from './archive-format.ts'

interface ArchiveEntry {
  readonly name: string
  readonly size: number
  /** Must be read to its end before the next entry is requested. */
  readonly bytes: AsyncIterable<Buffer>
}

export interface ArchiveReader {
  /**
   * Returns the next entry without consuming it; undefined at the end of a complete and undamaged
   * file.
   */
  peek(): Promise<ArchiveEntry | undefined>
  next(): Promise<ArchiveEntry | undefined>
  /** The size of the file in bytes. */
  readonly size: number
  /** Returns the number of bytes of the file that were read so far. */
  readBytes(): number
  close(): Promise<void>
}

/** The largest entry that is read into memory as a whole. */
const mostWholeBytes = 8 * 1024 ** 2

/** Opens a backup. Later read errors are SettingsErrors that report a damaged file. */
export async function openArchive(path: string, signal: AbortSignal): Promise<ArchiveReader> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new SettingsError(`restore: cannot read the backup \`${path}\` (${cause}).`)
  })
  const { size } = await file.stat()
  const source = file.createReadStream()
  const tar = extract()
  // Created before the data flows: the iterator misses entries that arrive earlier.
  const found = tar[Symbol.asyncIterator]()
  const flowing = pipeline(source, createZstdDecompress(), tar, { signal })
  flowing.catch(() => undefined) // readers of the entries get the error
  const entries = readEntries(found, (cause) => {
    signal.throwIfAborted()
    return damaged(path, cause)
  })
  let ahead: Promise<IteratorResult<ArchiveEntry, undefined>> | null = null
  const peek = async () => {
    ahead ??= entries.next()
    return (await ahead).value
  }
  return {
    size,
    readBytes: () => source.bytesRead,
    peek,
    async next() {
      const entry = await peek()
      ahead = null
      return entry
    },
    async close() {
      // An unread entry would block the rest.
      await found.return?.()
      source.destroy()
    },
  }
}

/** Returns the bytes of an entry that must be small. */
export async function readWhole({ name, size, bytes }: ArchiveEntry): Promise<Buffer> {
  if (size > mostWholeBytes) throw new SettingsError(`restore: \`${name}\` in the backup is too large.`)
  const chunks: Buffer[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* readEntries(
  found: ReturnType<Extract[typeof Symbol.asyncIterator]>,
  fail: (cause: unknown) => Error,
): AsyncGenerator<ArchiveEntry, undefined> {
  const digest = createHash('sha256')
  let count = 0
  let end: ArchiveEnd | null = null
  for (;;) {
    const next = await found.next().catch((cause: unknown) => {
      throw fail(cause)
    })
    if (next.done) break
    const { header } = next.value
    const { name, size = 0 } = header
    if (end !== null || header.type !== 'file') throw fail(`it contains ${name}, which does not belong in a backup`)
    const bytes = chunksOf(next.value, fail)
    if (name === endName) {
      end = readEnd(await readWhole({ name, size, bytes }), fail)
      continue
    }
    digest.update(digestHead(name, size))
    count += 1
    yield {
      name,
      size,
      bytes: digested(bytes, (chunk) => digest.update(chunk)),
    }
  }
  if (end === null) throw fail('it is truncated')
  if (end.entries !== count || end.sha256 !== digest.digest('hex')) throw fail('its checksum is wrong')
  return undefined
}

async function* chunksOf(entry: AsyncIterable<unknown>, fail: (cause: unknown) => Error): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of entry) yield chunk as Buffer
  } catch (cause) {
    throw fail(cause)
  }
}

async function* digested(bytes: AsyncIterable<Buffer>, take: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    take(chunk)
    yield chunk
  }
}

function readEnd(bytes: Buffer, fail: (cause: unknown) => Error): ArchiveEnd {
  try {
    const { entries, sha256 } = JSON.parse(bytes.toString()) as ArchiveEnd
    return { entries, sha256 }
  } catch (cause) {
    throw fail(cause)
  }
}

function damaged(path: string, cause: unknown): SettingsError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new SettingsError(
    `restore: \`${path}\` is not a complete backup: ${why}. Nothing was restored; use another copy or an earlier backup.`,
  )
}
