/**
 * Compresses and unpacks large layers in threads. Their bytes are outside of V8's heap, but V8
 * collects its whole heap whenever some 64 MB of them have passed. The heap of a thread is small
 * [twice the processor time in a process with a heap of 70 MB].
 */
import { stat } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import { threadEnvironment } from '../system/thread-environment.ts'
import { fromThreadError, type ThreadError } from '../system/thread-error.ts'
import { compressImage, gathered, type LayerBlob, receiveImage } from './layer-blob.ts'
import { ImageRefused } from './superblock.ts'

/** Smaller images cost less than starting a thread. */
const largeBytes = 64 * 1024 ** 2
// In a bundle, the thread's entry is beside this file, as JavaScript.
const entry = new URL(import.meta.url.endsWith('.ts') ? './blob-thread.ts' : './blob-thread.js', import.meta.url)

export type BlobWork =
  | { readonly kind: 'compress'; readonly image: string; readonly target: string }
  | { readonly kind: 'receive'; readonly expected: LayerBlob; readonly target: Parameters<typeof receiveImage>[2] }

/** A thread's report. `more` asks for the next piece of the blob. */
export type BlobReport =
  | { readonly kind: 'more' }
  | { readonly kind: 'done'; readonly blob?: LayerBlob }
  | { readonly kind: 'failed'; readonly isRefused: boolean; readonly error: ThreadError }

/** See `compressImage`. */
export async function compressAside(image: string, target: string): Promise<LayerBlob> {
  if ((await stat(image)).size < largeBytes) return compressImage(image, target)
  const { promise, resolve, reject } = Promise.withResolvers<LayerBlob>()
  await using _ = start(
    { kind: 'compress', image, target },
    (report) => {
      if (report.kind === 'failed') reject(errorOf(report))
      else if (report.kind === 'done' && report.blob !== undefined) resolve(report.blob)
    },
    reject,
  )
  return await promise
}

/** See `receiveImage`. */
export async function receiveAside(...[arriving, expected, target]: Parameters<typeof receiveImage>): Promise<void> {
  if (expected.bytes < largeBytes) return receiveImage(arriving, expected, target)
  const sink = sinkOf({ kind: 'receive', expected, target })
  try {
    await pipeline(arriving, gathered, sink)
  } finally {
    // The thread may still write, and the caller removes the files after an error.
    if (!sink.closed) await new Promise((resolve) => sink.once('close', resolve))
  }
}

/** Returns a stream whose pieces a thread receives. It finishes when the thread has done its work. */
function sinkOf(work: BlobWork): Writable {
  /** The piece that waits until the thread asks for more. */
  let waiting: (() => void) | undefined
  let finish: (error?: Error | null) => void = () => {}
  let asked = 0
  let thread: Thread | undefined
  const sink = new Writable({
    construct(ready) {
      const fail = (error: Error) => sink.destroy(error)
      thread = start(
        work,
        (report) => {
          if (report.kind === 'failed') fail(errorOf(report))
          else if (report.kind === 'done') finish()
          else {
            asked += 1
            waiting?.()
          }
        },
        fail,
      )
      ready()
    },
    write(piece: Buffer<ArrayBuffer>, _, done) {
      waiting = () => {
        asked -= 1
        waiting = undefined
        thread?.send(piece)
        done()
      }
      if (asked > 0) waiting()
    },
    final(done) {
      finish = done
      thread?.send(null)
    },
    destroy(error, done) {
      Promise.resolve(thread?.[Symbol.asyncDispose]()).then(() => done(error), done)
    },
  })
  return sink
}

interface Thread extends AsyncDisposable {
  send(piece: Buffer<ArrayBuffer> | null): void
}

function start(work: BlobWork, hear: (report: BlobReport) => void, fail: (error: Error) => void): Thread {
  const worker = new Worker(entry, {
    name: 'layer-blob',
    workerData: work,
    // Omits flags of this process such as --input-type, which apply to its own entry only.
    execArgv: [],
    env: threadEnvironment(),
  })
  worker.on('message', hear)
  worker.on('error', (cause) => fail(new Error('the thread for a layer died', { cause })))
  worker.on('exit', () => fail(new Error('the thread for a layer ended')))
  return {
    send(piece) {
      // A piece that has its memory for itself moves; a copy would be more memory to collect.
      const isAlone = piece !== null && piece.length === piece.buffer.byteLength
      worker.postMessage(piece, isAlone ? [piece.buffer] : [])
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}

function errorOf({ isRefused, error }: Extract<BlobReport, { readonly kind: 'failed' }>): Error {
  const own = fromThreadError(error)
  return isRefused ? new ImageRefused(own.message, { cause: own.cause }) : own
}
