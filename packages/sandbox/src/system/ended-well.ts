import type { ChildProcess } from 'node:child_process'

const complaintBytes = 4_000

/**
 * Waits for a program with piped stderr. Rejects with the end of its stderr if it could not be
 * started or did not exit with 0.
 */
export function endedWell(child: ChildProcess, program = child.spawnfile): Promise<void> {
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-complaintBytes)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code ?? signal}: ${complaint.trim()}`)),
    )
  })
}
