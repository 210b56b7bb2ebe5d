import { ulid } from 'ulid'

/** Gives the request's id: the client's own when it has the form of one, else a new one. */
export function requestIdOf(sent: string | readonly string[] | undefined): string {
  return typeof sent === 'string' && /^[A-Za-z0-9._:-]{20,200}$/.test(sent) ? sent : `req_${ulid()}`
}
