/** Runs before each test file. */
import { afterAll, afterEach } from 'vitest'
import { endFile, explainFailure } from './file.ts'

// Hooks end in the reverse order of their start, so these run last.
afterAll(endFile)
afterEach(({ task }) => explainFailure(task))
