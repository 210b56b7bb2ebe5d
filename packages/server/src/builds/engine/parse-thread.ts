/** The thread of `parse-apart.ts`: parses its worker data and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { parsePlan, planAppended } from '@harmont/ir'
import type { Parsing } from './parse-apart.ts'

const parsing = workerData as Parsing
parentPort?.postMessage('ir' in parsing ? parsePlan(parsing.ir) : planAppended(parsing.files))
