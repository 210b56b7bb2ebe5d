import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { hasCode } from '../files.ts'
import { isScarcity } from '../scarcity.ts'
import type { Failure, Job, JobName, Question, Reply } from './jobs.ts'

// A bundle has the thread's entry beside it, as JavaScript.
const entry = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './kernel-thread.js', import.meta.url)

interface Pending {
  settle(reply: Reply<JobName>): void
  fail(error: Error): void
}

/**
 * A thread that asks the kernel what Node.js cannot. Programs in its place would be a process each
 * [1 ms]. One for all drivers of this process. Does not keep the process alive.
 */
export class KernelThread {
  readonly #worker: Worker
  /** In the order of their answers. */
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
    // Last: a listener for messages keeps the process alive.
    worker.unref()
  }

  get alive(): boolean {
    return this.#ended === undefined
  }

  /** Runs a job after those asked for before. Fails with the error of its system call. */
  ask<Name extends JobName>(name: Name, request: Job<Name>['request']): Promise<Job<Name>['result']> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended)
        return
      }
      const settle = (reply: Reply<Name>) =>
        'result' in reply ? resolve(reply.result) : reject(errorOf(reply.failure))
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

function errorOf({ message, ...fields }: Failure): Error {
  return Object.assign(new Error(message), fields)
}

let started: Promise<KernelThread | undefined> | undefined

/**
 * Returns the thread, and starts it at the first call and again if it ended. Undefined where its
 * library does not load: programs then do its work.
 */
export async function kernelThread(): Promise<KernelThread | undefined> {
  const current = await started
  if (started === undefined || current?.alive === false) started = start()
  return started
}

async function start(): Promise<KernelThread | undefined> {
  const compiled = getCompileCacheDir()
  const worker = new Worker(entry, {
    name: 'kernel',
    // Without flags of this process such as --input-type, which apply to its own entry.
    execArgv: [],
    env: compiled === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(compiled) },
    // Node.js did not open what system calls return.
    trackUnmanagedFds: false,
    // It keeps nothing between jobs.
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 },
  })
  worker.unref()
  try {
    // Its first message says that it has loaded everything.
    await once(worker, 'message')
    return new KernelThread(worker)
  } catch (error) {
    // Too few descriptors or too little memory says nothing about the library: asks again.
    if (hasCode(error, 'ERR_WORKER_INIT_FAILED') || isScarcity(error)) started = undefined
    return undefined
  }
}
