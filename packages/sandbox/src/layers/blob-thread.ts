/** The entry of the threads of `blob-threads.ts`, each for one layer. */
import { Readable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import { toThreadError } from '../system/thread-error.ts'
import type { BlobReport, BlobWork } from './blob-threads.ts'
import { compressImage, receiveImage } from './layer-blob.ts'
import { ImageRefused } from './superblock.ts'

const report = (message: BlobReport) => parentPort?.postMessage(message)

function arriving(): Readable {
  const pieces = new Readable({ read: () => report({ kind: 'more' }), highWaterMark: 1024 ** 2 })
  parentPort?.on('message', (piece: Uint8Array | null) => pieces.push(piece))
  return pieces
}

async function run(work: BlobWork): Promise<BlobReport> {
  if (work.kind === 'compress') return { kind: 'done', blob: await compressImage(work.image, work.target) }
  await receiveImage(arriving(), work.expected, work.target)
  return { kind: 'done' }
}

try {
  report(await run(workerData as BlobWork))
} catch (thrown) {
  report({ kind: 'failed', isRefused: thrown instanceof ImageRefused, error: toThreadError(thrown) })
}
parentPort?.close()
