import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, constants, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { syncDirectory } from '../data-directory/sync-directory.ts'

/**
 * Stores blobs, such as source archives, packed logs and parts of artifacts. Names do not depend on
 * the content.
 */
export interface BlobStore {
  /** Absent if only this server can, or may, access the store. */
  readonly direct?: DirectBlobs
  /** Starts a blob. The store chooses the name unless one is given, as for a restored blob. */
  create(name?: string): Promise<BlobWriter>
  /** Returns undefined for an absent blob. */
  size(name: string): Promise<number | undefined>
  /**
   * Streams the bytes from `start` to before `end`, or all of them. The stream fails for an absent
   * blob.
   */
  open(name: string, range?: { readonly start: number; readonly end: number }): Readable
  /** Does nothing for an absent blob. */
  remove(name: string): Promise<void>
  /** Lists every blob with its time of completion, for the sweep. */
  list(): AsyncIterable<{ readonly name: string; readonly completedAt: Date }>
  /** Removes drafts of dead processes that were last written before the given time. */
  removeUnfinished(before: Date): Promise<void>
  /** Fails if the store does not respond or is not writable. */
  check(): Promise<void>
}

/** Creates short-lived URLs for reading or writing one blob, as frames. */
export interface DirectBlobs {
  readUrl(name: string): Promise<string>
  /**
   * The URL accepts only a blob of this size with these headers, and does not replace an existing
   * one.
   */
  writeTo(name: string, size: number): Promise<{ readonly url: string; readonly headers: Record<string, string> }>
}

/**
 * Writes one blob, sequentially. The blob exists, and survives a crash, once `finish` resolves.
 */
export interface BlobWriter {
  write(bytes: Uint8Array): Promise<void>
  finish(): Promise<string>
  /** Removes the draft. Does nothing after `finish`. */
  abort(): Promise<void>
}

/** The store failed to perform a request. A retry may succeed. */
export class BlobStoreUnavailable extends Error {
  override readonly name = 'BlobStoreUnavailable'
  /** Whether the store refused the request, as for a wrong key, so that a retry is useless. */
  readonly isRefusal: boolean
  constructor(
    message: string,
    { isRefusal = false, cause }: { readonly isRefusal?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.isRefusal = isRefusal
  }
}

export const blobNamePattern = /^[0-9a-f-]{36}$/

/** Returns the name. Throws if it is not a valid blob name, which might lead outside the store. */
export function requireBlobName(name: string): string {
  if (!blobNamePattern.test(name)) throw new Error(`not the name of a blob: ${name}`)
  return name
}

/** Opens a store whose blobs are files of a directory, which is created if absent. */
export async function openDirectoryStore(directory: string): Promise<BlobStore> {
  const complete = join(directory, 'complete')
  const unfinished = join(directory, 'unfinished')
  await mkdir(complete, { recursive: true, mode: 0o700 })
  await mkdir(unfinished, { recursive: true, mode: 0o700 })

  return {
    create: (name = randomUUID()) => openWriter(complete, unfinished, name),
    async size(name) {
      try {
        return (await stat(pathOf(complete, name))).size
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    },
    open: (name, range) =>
      createReadStream(pathOf(complete, name), range ? { start: range.start, end: range.end - 1 } : {}),
    remove: (name) => rm(pathOf(complete, name), { force: true }),
    list: () => files(complete),
    async removeUnfinished(before) {
      for await (const { name, completedAt } of files(unfinished))
        if (completedAt < before) await rm(join(unfinished, name), { force: true })
    },
    check: () => access(complete, constants.W_OK),
  }
}

async function* files(folder: string): AsyncIterable<{ readonly name: string; readonly completedAt: Date }> {
  for await (const { name } of await opendir(folder)) {
    try {
      yield { name, completedAt: (await stat(join(folder, name))).mtime }
    } catch (error) {
      if (!isAbsent(error)) throw error // removed meanwhile
    }
  }
}

function pathOf(folder: string, name: string): string {
  return join(folder, requireBlobName(name))
}

async function openWriter(complete: string, unfinished: string, name: string): Promise<BlobWriter> {
  const place = pathOf(complete, name)
  // The draft's name is random, because a killed process may have left another draft of this blob.
  const draft = join(unfinished, randomUUID())
  const file = await open(draft, 'wx', 0o600)
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await file.close()
  }
  return {
    async write(bytes) {
      await file.writeFile(bytes)
    },
    async finish() {
      await file.sync()
      await close()
      await rename(draft, place)
      await syncDirectory(complete)
      return name
    },
    async abort() {
      await close()
      await rm(draft, { force: true })
    },
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
