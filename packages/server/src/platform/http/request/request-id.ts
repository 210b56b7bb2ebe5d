import { randomFillSync } from 'node:crypto'
import { ulid } from 'ulid'

const bytes = new Uint8Array(4096)
let taken = bytes.length

/**
 * Returns a number from 0 to below 1. By default, `ulid` would request randomness from the system
 * for each of the sixteen characters.
 */
function random(): number {
  if (taken === bytes.length) {
    randomFillSync(bytes)
    taken = 0
  }
  const byte = bytes[taken] ?? 0
  taken += 1
  return byte / 256
}

/** Returns the id of a request: the client's own if it is well-formed, otherwise a new one. */
export function requestIdOf(sent: string | readonly string[] | undefined): string {
  return typeof sent === 'string' && /^[A-Za-z0-9._:-]{20,200}$/.test(sent) ? sent : `req_${ulid(undefined, random)}`
}
