import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { DigestJob } from '../files/digest-parts.ts'
import type { ListJob } from '../files/list-files.ts'
import {
  type Listing,
  type PartDigests,
  SandboxError,
  type SandboxErrorCode,
  type SourceTreeRef,
} from '../sandbox-driver.ts'
import { threadEnvironment } from '../system/thread-environment.ts'
import { fromThreadError, type ThreadError } from '../system/thread-error.ts'
import type { CheckoutJob } from './git/checkout-tree.ts'
import type { DigestInputJob } from './inputs/digest-entries.ts'
import type { LinkJob, PlaceJob, PlacePlan } from './inputs/place-entries.ts'
import type { BytePath } from './manifest.ts'
import type { NamedFiles, NameJob } from './named-files.ts'
import type { SyncJob } from './sync-tree.ts'
import type { TakeJob, Taken } from './take-files.ts'
import type { UnpackJob } from './unpack-archive.ts'
import type { WatchedDigest, WatchJob } from './watched-files.ts'

interface Task {
  readonly message: { readonly name: JobName; readonly request: unknown }
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

const LARGEST = Math.min(4, Math.max(2, availableParallelism()))
// In a bundle, the thread's entry is beside this file, as JavaScript.
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './source-worker.js', import.meta.url)

const idle: Worker[] = []
const waiting: Task[] = []
let threads = 0

/**
 * Runs a job in a worker thread. Jobs start in the order of their requests. Used because trees may
 * have 100,000 files, and blocking system calls are several times cheaper than Node.js's
 * asynchronous ones. Idle threads do not keep the process alive. Rejects with the job's error.
 */
export function runInWorker<Name extends JobName>(
  name: Name,
  request: Job<Name>['request'],
): Promise<Job<Name>['result']> {
  return new Promise((resolve, reject) => {
    waiting.push({ message: { name, request }, resolve: resolve as (result: unknown) => void, reject })
    assign()
  })
}

function assign(): void {
  if (waiting.length === 0) return
  const worker = idle.pop() ?? (threads < LARGEST ? startThread() : undefined)
  const task = worker === undefined ? undefined : waiting.shift()
  if (worker === undefined || task === undefined) return
  const settle = (reply: Reply) => {
    worker.off('error', died)
    worker.unref()
    idle.push(worker)
    if ('result' in reply) task.resolve(reply.result)
    else task.reject(errorOf(reply))
    assign()
  }
  const died = (cause: unknown) => {
    threads -= 1
    task.reject(new Error(`the thread for source trees died: ${cause}`, { cause }))
    assign()
  }
  worker.ref()
  worker.once('message', settle)
  worker.once('error', died)
  worker.postMessage(task.message)
}

function errorOf({ error, code }: Extract<Reply, { readonly error: ThreadError }>): Error {
  const own = fromThreadError(error)
  return code === undefined ? own : new SandboxError(code, own.message, { cause: own.cause })
}

function startThread(): Worker {
  threads += 1
  // Omits flags of this process such as --input-type, which apply to its own entry only.
  return new Worker(ENTRY, { name: 'source-trees', execArgv: [], env: threadEnvironment() })
}

/**
 * The jobs of worker threads. Requests, results and errors are plain data, because they are copied
 * between threads.
 */
export interface Jobs {
  readonly unpack: { readonly request: UnpackJob; readonly result: string }
  readonly checkout: { readonly request: CheckoutJob; readonly result: string }
  readonly take: { readonly request: TakeJob; readonly result: Taken }
  readonly verify: { readonly request: SourceTreeRef; readonly result: boolean }
  readonly sync: { readonly request: SyncJob; readonly result: readonly BytePath[] }
  readonly paths: { readonly request: SourceTreeRef; readonly result: readonly string[] }
  readonly named: { readonly request: NameJob; readonly result: NamedFiles }
  readonly watch: { readonly request: WatchJob; readonly result: WatchedDigest }
  readonly list: { readonly request: ListJob; readonly result: Listing }
  readonly digest: { readonly request: DigestJob; readonly result: PartDigests }
  readonly digestInput: { readonly request: DigestInputJob; readonly result: string | null }
  readonly placeInputs: { readonly request: PlaceJob; readonly result: PlacePlan }
  readonly linkInputs: { readonly request: LinkJob; readonly result: undefined }
}

export type JobName = keyof Jobs
export type Job<Name extends JobName> = Jobs[Name]

export type Reply = { readonly result: unknown } | { readonly error: ThreadError; readonly code?: SandboxErrorCode }
