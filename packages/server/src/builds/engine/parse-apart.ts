import { Worker } from 'node:worker_threads'
import { type PlanResult, parsePlan } from '@harmont/ir'
import { Turns } from '../../platform/turns.ts'

/** A thread costs more than a document of this size does: 20 ms of a processor. */
const parsedHere = 128 * 1024

/** So many threads at once: whoever sends many large pipelines would else take the memory of all. */
const turns = new Turns(2)

/** Parses a pipeline as `parsePlan` does. A large one takes up to half a second, which a thread of its own spends: nobody else waits for their turn. */
export async function parseApart(ir: string): Promise<PlanResult> {
  return ir.length <= parsedHere ? parsePlan(ir) : turns.take(new AbortController().signal, () => parseInThread(ir))
}

function parseInThread(ir: string): Promise<PlanResult> {
  return new Promise((resolve, reject) => {
    // Flags of this process such as --input-type say how its own entry is read.
    const worker = new Worker(new URL('./parse-thread.ts', import.meta.url), { workerData: ir, execArgv: [] })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the thread that parses a pipeline ended with ${code}`)))
  })
}
