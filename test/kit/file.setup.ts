/** Runs before each test file. */
import { afterAll, afterEach, type RunnerTestFile } from 'vitest'
import { endFile, explainFailure } from './file.ts'
import { processorSeconds } from './processor.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Seconds of the processor that a file took, for the record of a run. */
    processorSeconds?: number
  }
}

const before = processorSeconds()
let current: RunnerTestFile | undefined

// Hooks end in the reverse order of their start, so these run last.
afterAll(() => {
  if (current !== undefined) current.meta.processorSeconds = processorSeconds() - before
})
afterAll(endFile)
afterEach(async ({ task }) => {
  current = task.file
  await explainFailure(task)
})
