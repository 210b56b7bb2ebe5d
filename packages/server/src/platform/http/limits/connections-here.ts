import { readFileSync } from 'node:fs'
import process from 'node:process'
import type { ConnectionLimits } from './connections.ts'

/** Beyond these, connections cost more memory than a server has for them. */
const most = 20_000
/** Of a system that does not say. */
const usualOpenFiles = 1024

/**
 * Returns the limits that leave this process the descriptors it needs: a connection has one, the file that is sent or received over it another, and the third
 * part is for sandboxes, the database and logs.
 */
export function connectionsHere(inAll: number | null, perAddress: number | null): ConnectionLimits {
  const all = inAll ?? Math.min(most, Math.floor(openFiles() / 3))
  return { inAll: all, perAddress: Math.min(all, perAddress ?? Math.ceil(all / 4)) }
}

/** How many files this process may have open; Node.js has raised that to what is allowed. */
function openFiles(): number {
  if (process.platform !== 'linux') return usualOpenFiles
  const [, soft = ''] = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft) || usualOpenFiles
}
