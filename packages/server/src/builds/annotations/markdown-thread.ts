/** Parses the texts from its worker data, in order. Posts null when it begins, then each tree. */
import { parentPort, workerData } from 'node:worker_threads'
import { markdownTree } from './markdown-tree.ts'

parentPort?.postMessage(null)
for (const text of workerData as readonly string[]) parentPort?.postMessage(markdownTree(text))
