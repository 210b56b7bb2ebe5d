import { spawn } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import process from 'node:process'
import type { Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { ReportFile } from './parse-report.ts'
import type { TestReport } from './test-report.ts'

/** First line of the child's input, before the bytes of the reports. */
export interface ReportsHeader {
  readonly reports: readonly { readonly path: string; readonly length: number }[]
  /** Paths of the repository's files. */
  readonly sources: readonly string[]
}

const mostMegabytes = 256
const mostMs = 20_000
// A bundle contains the child's entry as JavaScript in the same directory.
const entry = new URL(import.meta.url.endsWith('.ts') ? './report-process.ts' : './report-process.js', import.meta.url)

/**
 * Reads the reports of a step in a separate process, with 256 MiB and 20 s, because an untrusted
 * command wrote them. A thread would not be enough: when it runs out of memory, V8 may end the
 * whole process. Never fails because of their content. Ends immediately when the signal aborts.
 */
export async function parseApart(
  files: readonly ReportFile[],
  sources: readonly string[],
  signal?: AbortSignal,
  ms = mostMs,
): Promise<readonly TestReport[]> {
  const compiled = getCompileCacheDir()
  const child = spawn(process.execPath, [`--max-old-space-size=${mostMegabytes}`, fileURLToPath(entry)], {
    // The child gets none of our variables except the directory of its compiled code.
    env: compiled === undefined ? {} : { NODE_COMPILE_CACHE: dirname(compiled) },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: ms,
    killSignal: 'SIGKILL',
    signal,
  })
  const ended = new Promise<NodeJS.Signals | number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, end) => resolve(end ?? code))
  })
  const reports = files.map(({ path, bytes }) => ({ path, length: bytes.length }))
  const [answer, end] = await Promise.all([
    buffer(child.stdout),
    ended,
    feed(child.stdin, [`${JSON.stringify({ reports, sources } satisfies ReportsHeader)}\n`, ...files.map(bytesOf)]),
  ])
  const lines = answer.toString('utf8').split('\n')
  // The last line is incomplete.
  const read = lines.slice(0, -1).map((line) => JSON.parse(line) as TestReport)
  const limit = end === 'SIGKILL' ? `${ms / 1000} s` : `${mostMegabytes} MiB`
  const problem = `reading the reports of the step took more than ${limit}`
  return [...read, ...files.slice(read.length).map(({ path }) => unread(path, problem))]
}

/** Returns a report without content, with a problem. */
export function unread(path: string, problem: string): TestReport {
  return { path, format: null, cases: [], faults: 0, problem }
}

function bytesOf({ bytes }: ReportFile): Uint8Array {
  return bytes
}

/** Writes all pieces, unless the reader ends earlier. */
async function feed(input: Writable, pieces: readonly (string | Uint8Array)[]): Promise<void> {
  input.on('error', () => {})
  for (const piece of pieces) if (!input.write(piece) && !input.destroyed) await drained(input)
  input.end()
}

function drained(input: Writable): Promise<void> {
  return new Promise((resolve) => {
    input.once('drain', resolve)
    input.once('close', resolve)
  })
}
