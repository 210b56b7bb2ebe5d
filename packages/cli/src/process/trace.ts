import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

export interface Trace {
  readonly file: string
  write(line: string): void
}

/** The trace file of `HM_DEBUG=trace`: debug lines with milliseconds since the start. Written line by line, so that a crash loses none. */
export function openTrace(cacheDirectory: string): Trace {
  const directory = join(cacheDirectory, 'traces')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, `${new Date().toISOString().replaceAll(':', '-')}-${process.pid}.txt`)
  const write = (line: string) =>
    appendFileSync(file, `${performance.now().toFixed(1).padStart(9)} ${line}\n`, { mode: 0o600 })
  write(`Node.js ${process.versions.node} ${process.platform} ${process.arch}`)
  return { file, write }
}
