/** Adds what the pages showed to the failure of a test: a selector that never came says nothing by itself. */
import { afterEach, type RunnerTestCase } from 'vitest'
import { sayPages } from './watched-pages.ts'

afterEach(({ task }) => tellPages(task))

/** The same, for a file that closes its pages after each test. */
export async function tellPages(task: Readonly<RunnerTestCase>): Promise<void> {
  const failure = task.result?.errors?.[0]
  if (failure === undefined) return
  const pages = await sayPages()
  if (pages !== '') failure.message += `\n${pages}`
}
