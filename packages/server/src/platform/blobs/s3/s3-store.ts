/** Stores blobs as objects of S3, or of a store with the same protocol. */
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { blobBytes, encodeFrames, frameContent, objectBytes, type SizedBlob, Turns } from '@harmont/engine'
import {
  type BlobStore,
  BlobStoreUnavailable,
  type BlobWriter,
  type DirectBlobs,
  requireBlobName,
} from '../blob-store.ts'
import { Bucket, type BucketOptions } from './bucket.ts'
import { readBlob } from './read-blob.ts'

/** The bytes of a blob in one part of an upload. Smaller blobs are stored by one call. */
const partContent = 256 * frameContent
/** The most concurrent uploads. Each holds one or two parts in memory. */
const uploadsAtOnce = 4
const turnMs = 60_000

interface S3StoreOptions extends BucketOptions {
  /** The directory of drafts, created with the first draft. */
  readonly drafts: string
}

export function openS3Store({ drafts, ...options }: S3StoreOptions): BlobStore {
  const bucket = new Bucket(options)
  const uploads = new Turns(uploadsAtOnce)
  return {
    ...(options.direct === true && { direct: directBlobs(bucket) }),
    create: async (name = randomUUID()) =>
      newWriter(requireBlobName(name), await openDraft(drafts), { bucket, uploads }),
    async size(name) {
      const stored = await bucket.head(requireBlobName(name))
      return stored && blobBytes(stored.bytes)
    },
    open: (name, range = { start: 0, end: Number.POSITIVE_INFINITY }) =>
      Readable.from(readBlob(bucket, requireBlobName(name), range), { objectMode: false }),
    remove: (name) => bucket.remove(requireBlobName(name)),
    list: () => bucket.list(),
    removeUnfinished: (before) => bucket.abortUploads(before),
    check: () => bucket.check(),
  }
}

function directBlobs(bucket: Bucket): DirectBlobs {
  return {
    readUrl: (name) => bucket.sign('GET', requireBlobName(name)),
    async writeTo(name, size) {
      const headers = { 'content-length': String(objectBytes(size)), 'if-none-match': '*' }
      return { url: await bucket.sign('PUT', requireBlobName(name), headers), headers }
    },
  }
}

/**
 * Opens an unlinked file, which disappears with its process. A draft in memory would occupy up to a
 * part's size for as long as a slow caller writes.
 */
async function openDraft(directory: string): Promise<FileHandle> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, randomUUID())
  const file = await open(path, 'wx+', 0o600)
  await rm(path)
  return file
}

interface Uploading {
  readonly bucket: Bucket
  readonly uploads: Turns
}

function newWriter(name: string, draft: FileHandle, { bucket, uploads }: Uploading): BlobWriter {
  let size = 0
  let isOpen = true
  const abort = async () => {
    if (!isOpen) return
    isOpen = false
    await draft.close()
  }
  return {
    async write(bytes) {
      await draft.writeFile(bytes)
      size += bytes.length
    },
    async finish() {
      try {
        await takeTurn(uploads, () => store(bucket, { name, size }, draft))
        return name
      } finally {
        await abort()
      }
    },
    abort,
  }
}

async function takeTurn(uploads: Turns, work: () => Promise<void>): Promise<void> {
  const patience = AbortSignal.timeout(turnMs)
  try {
    await uploads.take(patience, work)
  } catch (error) {
    if (error !== patience.reason) throw error
    throw new BlobStoreUnavailable(`too many uploads at once: none ended within ${turnMs / 1000} s`, { cause: error })
  }
}

/** Uploads a blob, and verifies the stored object. */
async function store(bucket: Bucket, blob: SizedBlob, draft: FileHandle): Promise<void> {
  const { name, size } = blob
  const read = (start: number, end: number) => encodeFrames(blob, { start, end }, (into, at) => readAt(draft, into, at))
  let tag: string
  try {
    tag =
      size > partContent ? await bucket.upload(name, partsOf(size, read)) : await bucket.put(name, await read(0, size))
  } catch (error) {
    // S3 may have stored the object although its response was lost.
    const stored = await bucket.head(name).catch(() => undefined)
    if (stored?.bytes === objectBytes(size)) return
    throw error
  }
  const stored = await bucket.head(name)
  // The response to a repeated call may lack the tag.
  if (stored?.bytes !== objectBytes(size) || (tag !== '' && stored.tag !== tag))
    throw new BlobStoreUnavailable(`${bucket.url}: the stored blob ${name} differs from the sent one`)
}

async function* partsOf(size: number, read: (start: number, end: number) => Promise<Buffer>): AsyncGenerator<Buffer> {
  for (let start = 0; start < size; start += partContent) yield read(start, Math.min(size, start + partContent))
}

async function readAt(file: FileHandle, into: Buffer, position: number): Promise<void> {
  for (let read = 0; read < into.length; ) {
    const { bytesRead } = await file.read(into, read, into.length - read, position + read)
    if (bytesRead === 0) throw new Error('a draft of a blob has fewer bytes than were written to it')
    read += bytesRead
  }
}
