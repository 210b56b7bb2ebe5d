import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, vi } from 'vitest'

/**
 * Creates an empty working directory for each test. Returns a function that writes files there,
 * objects as JSON.
 */
export function temporaryProject(): (files: Readonly<Record<string, unknown>>) => void {
  let directory = ''
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'harmont-project-'))
    vi.spyOn(process, 'cwd').mockReturnValue(directory)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(directory, { recursive: true })
  })
  return (files) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true })
      writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content))
    }
  }
}
