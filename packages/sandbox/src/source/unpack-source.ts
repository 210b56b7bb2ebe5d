import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SandboxError, type SourceTreeRef } from '../sandbox-driver.ts'
import { bootId } from '../system/clock.ts'
import { readJson } from '../system/files.ts'
import { withStagingDirectory } from '../system/staging.ts'
import { keepTree } from './keep-tree.ts'
import { defaultSourceLimits, type SourceLimits } from './limits.ts'
import { storedTree, treePath } from './manifest.ts'
import { runInWorker } from './worker-pool.ts'

export interface UnpackRequest {
  /** Opens the archive from its start. Called only if the tree is missing. */
  readonly archive: () => Promise<Readable> | Readable
  /** 64 hex digits. */
  readonly sha256: string
  /** Absolute path of the content-addressed store of trees. */
  readonly directory: string
  readonly limits?: Partial<SourceLimits>
}

interface ArchiveRecord {
  readonly tree: string
  /**
   * A record of another boot is verified once, because files written before a power failure may be
   * truncated.
   */
  readonly bootId: string
}

/**
 * Returns the archive as a tree on this machine, unpacked at most once. The archive is a gzip or
 * plain tar file, or empty for an empty tree. Rejects with SandboxError `source_invalid`, whose
 * message names the entry or the problem. Leaves no files outside `directory`.
 */
export async function unpackSource(request: UnpackRequest): Promise<SourceTreeRef> {
  if (!/^[0-9a-f]{64}$/.test(request.sha256)) throw new Error(`not a SHA-256 in hex: ${request.sha256}`)
  const ready = await find(request)
  if (ready !== undefined) return ready
  return withStagingDirectory(request.directory, request.sha256, async (staging) => {
    const made = (await find(request)) ?? (await recheck(request, staging))
    return made ?? unpack(request, staging)
  })
}

async function unpack(request: UnpackRequest, staging: string): Promise<SourceTreeRef> {
  const { directory } = request
  const limits = { ...defaultSourceLimits, ...request.limits }
  const archive = path.join(staging, 'archive')
  await spool(request, archive, limits.archiveBytes)
  const job = { archive, tree: path.join(staging, 'tree'), manifest: path.join(staging, 'manifest'), limits }
  const digest = await runInWorker('unpack', job)
  await rm(archive)
  const tree = await keepTree(directory, { ...job, digest, staging })
  await mkdir(path.join(directory, 'archives'), { recursive: true })
  await note(request, digest, staging)
  return tree
}

/** Writes the archive to a file, to verify its digest before anything is unpacked. */
async function spool(request: UnpackRequest, file: string, limit: number): Promise<void> {
  const hash = createHash('sha256')
  let size = 0
  const measure = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece)
      size += piece.length
      if (size > limit) done(new SandboxError('source_invalid', `The source archive is larger than ${limit} bytes.`))
      else done(null, piece)
    },
  })
  await pipeline(await request.archive(), measure, createWriteStream(file, { flags: 'wx', mode: 0o600 }))
  const found = hash.digest('hex')
  if (found !== request.sha256) {
    throw new SandboxError('source_invalid', `The source archive has SHA-256 ${found}; expected ${request.sha256}.`)
  }
}

async function find(request: UnpackRequest): Promise<SourceTreeRef | undefined> {
  const record = await readJson<ArchiveRecord>(recordPath(request))
  if (record?.bootId !== bootId) return undefined
  return storedTree(request.directory, record.tree)
}

/** Returns a tree of an earlier boot after verifying all of it; undefined if it is damaged. */
async function recheck(request: UnpackRequest, staging: string): Promise<SourceTreeRef | undefined> {
  const record = await readJson<ArchiveRecord>(recordPath(request))
  if (record === undefined) return undefined
  const tree = { digest: record.tree, path: treePath(request.directory, record.tree) }
  if (!(await runInWorker('verify', tree))) return undefined
  await note(request, tree.digest, staging)
  return tree
}

async function note(request: UnpackRequest, tree: string, staging: string): Promise<void> {
  const record: ArchiveRecord = { tree, bootId }
  const file = path.join(staging, 'record')
  await writeFile(file, JSON.stringify(record), { mode: 0o600 })
  await rename(file, recordPath(request))
}

function recordPath(request: UnpackRequest): string {
  return path.join(request.directory, 'archives', `${request.sha256}.json`)
}
