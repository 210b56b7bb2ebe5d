import { rmSync } from 'node:fs'
import { afterFile } from '@harmont/test-kit/file'
import { type Layout, openLayout } from './layout.ts'

/** Opens a layout whose files in memory are removed at the end of the test file. */
export function openTestLayout(directory: string): Layout {
  const layout = openLayout(directory)
  afterFile(() => {
    for (const path of [layout.volatileState, layout.memory]) rmSync(path, { recursive: true, force: true })
  })
  return layout
}
