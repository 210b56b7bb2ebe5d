import { createHash } from 'node:crypto'
import { mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import type { SourceTreeRef } from '../sandbox-driver.ts'
import { bootId } from '../system/clock.ts'
import { withStagingDirectory } from '../system/staging.ts'
import { keepTree } from './keep-tree.ts'
import { defaultSourceLimits, type SourceLimits } from './limits.ts'
import { treePath } from './manifest.ts'
import { runInWorker } from './worker-pool.ts'

export interface TakeRequest {
  /** Absolute path of the content-addressed store of trees. */
  readonly directory: string
  /** Absolute path of a user's working tree. */
  readonly folder: string
  /** Files and links relative to it, as bytes, in any order. Missing ones are skipped. */
  readonly paths: readonly Buffer[]
  readonly limits?: Partial<SourceLimits>
  /** Called several times a second, and at the end, with the number of bytes read. */
  readonly onProgress?: (bytes: number) => void
}

const progressMs = 250

/**
 * Takes the current files of a folder as a tree on this machine. Reads only files changed since the
 * last call. Rejects with SandboxError `source_invalid`, whose message names the file.
 */
export async function takeFolder(request: TakeRequest): Promise<SourceTreeRef> {
  const { directory, folder } = request
  const limits = { ...defaultSourceLimits, ...request.limits }
  const record = path.join(directory, 'folders', `${createHash('sha256').update(folder).digest('hex')}.json`)
  return withStagingDirectory(directory, `folder ${folder}`, async (staging) => {
    const tree = path.join(staging, 'tree')
    const manifest = path.join(staging, 'manifest')
    const newRecord = path.join(staging, 'record')
    const made = { tree, manifest, newRecord }
    const paths = request.paths.map((each) => each.toString('latin1'))
    const read = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)
    const job = { folder, paths, directory, record, bootId, limits, read, ...made }
    const counted = () => request.onProgress?.(Number(Atomics.load(new BigInt64Array(read), 0)))
    const watching = setInterval(counted, progressMs)
    const { digest, isNew } = await runInWorker('take', job).finally(() => clearInterval(watching))
    counted()
    if (!isNew) return { digest, path: treePath(directory, digest) }
    const kept = await keepTree(directory, { tree, manifest, digest, staging })
    await mkdir(path.dirname(record), { recursive: true })
    await rename(newRecord, record)
    return kept
  })
}
