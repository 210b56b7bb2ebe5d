import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Turns } from '@harmont/engine'
import { type AppendedResult, type PlanResult, parsePlan, planAppended, type StepFile } from '@harmont/ir'

/** Shorter texts are parsed on this thread: a new thread costs 20 ms of processor time. */
const parsedHere = 128 * 1024
// In a bundle, the thread's entry is a JavaScript file beside it.
const entry = new URL(`./parse-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/** Runs at most two threads at once, so that many large pipelines do not exhaust the memory. */
const turns = new Turns(2)

/** The input of a thread: one pipeline, or the documents of a generator. */
export type Parsing = { readonly ir: string } | { readonly files: readonly StepFile[] }

/**
 * Parses like `parsePlan`; a large pipeline gets a thread of its own, so that it does not block
 * others.
 */
export async function parseApart(ir: string): Promise<PlanResult> {
  return ir.length <= parsedHere ? parsePlan(ir) : inThread({ ir })
}

/** Plans like `planAppended`; large documents get a thread of their own. */
export async function planApart(files: readonly StepFile[]): Promise<AppendedResult> {
  const length = files.reduce((sum, { text }) => sum + text.length, 0)
  return length <= parsedHere ? planAppended(files) : inThread({ files })
}

function inThread(parsing: { readonly ir: string }): Promise<PlanResult>
function inThread(parsing: { readonly files: readonly StepFile[] }): Promise<AppendedResult>
function inThread(workerData: Parsing): Promise<PlanResult | AppendedResult> {
  const { promise, resolve, reject } = Promise.withResolvers<PlanResult | AppendedResult>()
  // Holds the turn until the thread has ended and its memory is free, which is after its answer.
  const turn = async () => {
    // Omits the flags of this process: some, such as --input-type, determine how the entry is read.
    const worker = new Worker(entry, { workerData, execArgv: [] })
    worker.once('message', resolve)
    const [code] = await once(worker, 'exit')
    reject(new Error(`the thread that parses a pipeline ended with ${code}, without an answer`))
  }
  turns.take(new AbortController().signal, turn).catch(reject)
  return promise
}
