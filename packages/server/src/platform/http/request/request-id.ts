import { randomFillSync } from 'node:crypto'
import { ulid } from 'ulid'

const bytes = new Uint8Array(4096)
let taken = bytes.length

/** From 0 to 1, without 1. What `ulid` takes by itself asks the system for each of its sixteen characters, in every request. */
function random(): number {
  if (taken === bytes.length) {
    randomFillSync(bytes)
    taken = 0
  }
  const byte = bytes[taken] ?? 0
  taken += 1
  return byte / 256
}

/** Gives the request's id: the client's own when it has the form of one, else a new one. */
export function requestIdOf(sent: string | readonly string[] | undefined): string {
  return typeof sent === 'string' && /^[A-Za-z0-9._:-]{20,200}$/.test(sent) ? sent : `req_${ulid(undefined, random)}`
}
