import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { hasCode } from '../files.ts'
import { isScarcity } from '../scarcity.ts'
import { threadEnvironment } from '../thread-environment.ts'
import { fromThreadError } from '../thread-error.ts'
import type { Job, JobName, Question, Reply } from './jobs.ts'

// In a bundle, the thread's entry is beside this file, as JavaScript.
const entry = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './kernel-thread.js', import.meta.url)

interface Pending {
  settle(reply: Reply<JobName>): void
  fail(error: Error): void
}

/**
 * A thread that makes system calls which Node.js lacks. Without it, each call would take a process
 * [1 ms]. All drivers of this process share one thread. Does not keep the process alive.
 */
export class KernelThread {
  readonly #worker: Worker
  /** Pending requests, in the order of their answers. */
  readonly #pending: Pending[] = []
  #ended: Error | undefined

  constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (reply: Reply<JobName>) => {
      this.#pending.shift()?.settle(reply)
      if (this.#pending.length === 0) worker.unref()
    })
    const end = (cause: unknown) => this.#end(new Error(`the thread for system calls ended: ${cause}`, { cause }))
    worker.once('error', end)
    worker.once('exit', end)
    // Done last, because adding a listener for messages keeps the process alive.
    worker.unref()
  }

  get alive(): boolean {
    return this.#ended === undefined
  }

  /** Runs a job after all earlier ones. Rejects with the error of its system call. */
  ask<Name extends JobName>(name: Name, request: Job<Name>['request']): Promise<Job<Name>['result']> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended)
        return
      }
      const settle = (reply: Reply<Name>) =>
        'result' in reply ? resolve(reply.result) : reject(fromThreadError(reply.error))
      this.#pending.push({ settle: settle as Pending['settle'], fail: reject })
      this.#worker.ref()
      this.#worker.postMessage({ name, request } satisfies Question<Name>)
    })
  }

  #end(error: Error): void {
    this.#ended ??= error
    for (const { fail } of this.#pending.splice(0)) fail(error)
  }
}

let started: Promise<KernelThread | undefined> | undefined

/**
 * Returns the thread. Starts it at the first call, and again if it has ended. Returns undefined if
 * its library cannot be loaded: programs do its work then.
 */
export async function kernelThread(): Promise<KernelThread | undefined> {
  const current = await started
  if (started === undefined || current?.alive === false) started = start()
  return started
}

async function start(): Promise<KernelThread | undefined> {
  const worker = new Worker(entry, {
    name: 'kernel',
    // Omits flags of this process such as --input-type, which apply to its own entry only.
    execArgv: [],
    env: threadEnvironment(),
    // Disabled, because Node.js did not open the descriptors that system calls return.
    trackUnmanagedFds: false,
    // Small limits, because the thread keeps nothing between jobs.
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 },
  })
  worker.unref()
  try {
    // The first message reports that the thread has loaded everything.
    await once(worker, 'message')
    return new KernelThread(worker)
  } catch (error) {
    // A lack of descriptors or memory says nothing about the library, so the next call tries again.
    if (hasCode(error, 'ERR_WORKER_INIT_FAILED') || isScarcity(error)) started = undefined
    return undefined
  }
}
