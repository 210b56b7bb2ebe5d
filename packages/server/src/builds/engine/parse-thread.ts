/** The thread of `parse-apart.ts`: parses one pipeline and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { parsePlan } from '@harmont/ir'

parentPort?.postMessage(parsePlan(workerData as string))
