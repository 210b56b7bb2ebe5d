import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Turns } from '@harmont/engine'
import { type AppendedResult, type PlanResult, parsePlan, planAppended, type StepFile } from '@harmont/ir'

/** A shorter text is parsed on this thread: another costs 20 ms of a processor. */
const parsedHere = 128 * 1024
// A bundle has the thread's entry beside it, as JavaScript.
const entry = new URL(`./parse-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/** At most two threads at once, so that many large pipelines do not take the memory of all. */
const turns = new Turns(2)

/** The text that a thread parses: one pipeline, or the documents of a generator. */
export type Parsing = { readonly ir: string } | { readonly files: readonly StepFile[] }

/** Parses as `parsePlan` does, a large pipeline on a thread of its own: nobody else waits. */
export async function parseApart(ir: string): Promise<PlanResult> {
  return ir.length <= parsedHere ? parsePlan(ir) : inThread({ ir })
}

/** Plans as `planAppended` does, large documents on a thread of its own. */
export async function planApart(files: readonly StepFile[]): Promise<AppendedResult> {
  const length = files.reduce((sum, { text }) => sum + text.length, 0)
  return length <= parsedHere ? planAppended(files) : inThread({ files })
}

function inThread(parsing: { readonly ir: string }): Promise<PlanResult>
function inThread(parsing: { readonly files: readonly StepFile[] }): Promise<AppendedResult>
function inThread(workerData: Parsing): Promise<PlanResult | AppendedResult> {
  const { promise, resolve, reject } = Promise.withResolvers<PlanResult | AppendedResult>()
  // The turn lasts until the thread and its memory are gone, which is after its answer.
  const turn = async () => {
    // Without the flags of this process: some, such as --input-type, say how its own entry is read.
    const worker = new Worker(entry, { workerData, execArgv: [] })
    worker.once('message', resolve)
    const [code] = await once(worker, 'exit')
    reject(new Error(`the thread that parses a pipeline ended with ${code}, without an answer`))
  }
  turns.take(new AbortController().signal, turn).catch(reject)
  return promise
}
