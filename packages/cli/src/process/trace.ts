import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { usageError } from '../errors.ts'

export interface Trace {
  readonly file: string
  write(line: string): void
}

/**
 * The trace file of `HM_DEBUG=trace`: debug lines with milliseconds since the start. Lines are
 * written at once, so that a crash loses none. Throws exit 2 if it cannot be written.
 */
export function openTrace(cacheDirectory: string): Trace {
  const directory = join(cacheDirectory, 'traces')
  const file = join(directory, `${new Date().toISOString().replaceAll(':', '-')}-${process.pid}.txt`)
  const write = (line: string) =>
    appendFileSync(file, `${performance.now().toFixed(1).padStart(9)} ${line}\n`, { mode: 0o600 })
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    write(`Node.js ${process.versions.node} ${process.platform} ${process.arch}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw usageError(
      `could not write the trace file of HM_DEBUG=trace: ${why}`,
      'set HM_CACHE_DIR to a writable directory',
    )
  }
  return { file, write }
}
