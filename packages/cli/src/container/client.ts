import { hostname } from 'node:os'
import process from 'node:process'

/** This process, for the label of its container. */
export function ownClient(): string {
  return `${process.pid}@${hostname()}`
}

/** Whether that process is known to be gone: one of another machine that uses the same Docker is not. */
export function isDead(client: string): boolean {
  const [, pid, host] = /^(\d+)@(.*)$/.exec(client) ?? []
  if (pid === undefined || host !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
