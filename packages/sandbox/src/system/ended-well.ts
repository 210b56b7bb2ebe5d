import type { ChildProcess } from 'node:child_process'

const complaintBytes = 4_000

/** Waits for a program that has its stderr piped; rejects with the end of what it wrote there when it could not be started or did not end with 0. */
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
