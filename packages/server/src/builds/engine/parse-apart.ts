import { Worker } from 'node:worker_threads'
import { Turns } from '@harmont/engine'
import { type PlanResult, parsePlan } from '@harmont/ir'

/** A shorter text is parsed on this thread: another costs 20 ms of a processor. */
const parsedHere = 128 * 1024

/** At most two threads at once, so that many large pipelines do not take the memory of all. */
const turns = new Turns(2)

/** Parses as `parsePlan` does, a large pipeline on a thread of its own: nobody else waits. */
export async function parseApart(ir: string): Promise<PlanResult> {
  return ir.length <= parsedHere ? parsePlan(ir) : turns.take(new AbortController().signal, () => parseInThread(ir))
}

function parseInThread(ir: string): Promise<PlanResult> {
  return new Promise((resolve, reject) => {
    // Without the flags of this process: some, such as --input-type, say how its own entry is read.
    const worker = new Worker(new URL('./parse-thread.ts', import.meta.url), { workerData: ir, execArgv: [] })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the thread that parses a pipeline ended with ${code}`)))
  })
}
