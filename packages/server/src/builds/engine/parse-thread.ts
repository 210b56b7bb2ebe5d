/** The thread of `parse-apart.ts`: parses its worker data and ends. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { parsePlan, planAppended } from '@harmont/ir'
import type { Parsing } from './parse-apart.ts'

// On Linux this affects the calling thread alone, so that requests come before large pipelines.
setPriority(10)
const parsing = workerData as Parsing
parentPort?.postMessage('ir' in parsing ? parsePlan(parsing.ir) : planAppended(parsing.files))
