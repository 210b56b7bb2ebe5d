import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { hasCode, readIfPresent } from './files.ts'

const keptOfStderr = 8_000

/** Runs a program and returns its output. Rejects with an error that contains its stderr. */
export const run = promisify(execFile)

/**
 * Returns the command line of a process, with a NUL after each argument; empty if the process has
 * ended or is exiting.
 */
export function commandLine(pid: number): string {
  return readIfPresent(`/proc/${pid}/cmdline`) ?? ''
}

/** Sends SIGKILL to a process unless it has ended. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

export interface ChildEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of its stderr. */
  readonly complaint: string
}

/**
 * Waits for a child with piped stderr. Rejects if it could not be started. Call it immediately
 * after the start.
 */
export async function childEnd(child: ChildProcess): Promise<ChildEnd> {
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-keptOfStderr)
  })
  const [code, signal] = await once(child, 'close')
  return { code, signal, complaint: complaint.trim() }
}

/** Waits for a child with piped stderr. Rejects with its stderr unless it exits with 0. */
export async function waitForSuccess(child: ChildProcess, program = child.spawnfile): Promise<void> {
  const { code, signal, complaint } = await childEnd(child)
  if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}: ${complaint}`)
}
