/** Adds what the pages showed to the failure of a test: a selector that never came says nothing by itself. */
import { afterEach } from 'vitest'
import { sayPages } from './watched-pages.ts'

afterEach(async ({ task }) => {
  const failure = task.result?.errors?.[0]
  if (failure === undefined) return
  const pages = await sayPages()
  if (pages !== '') failure.message += `\n${pages}`
})
