/** Ways in which a double fails on request. */
import type { ServerResponse } from 'node:http'

export interface Misbehaviour {
  /** Matching requests, by method and path such as `GET /user`; all by default. */
  readonly on?: RegExp
  /** Number of requests; 1 by default. */
  readonly times?: number
  /**
   * `hang` never answers; `stall` begins to; `drip` sends a byte at a time forever; `reset` cuts
   * the connection; `after` does so when the work is done; `429` and `secondary` are GitHub's two
   * rate limits.
   */
  readonly how: 'hang' | 'stall' | 'drip' | 'reset' | 'after' | '500' | '502' | '429' | 'secondary'
  /** Duration of the rate limits in seconds; 1 by default. */
  readonly retryAfterSeconds?: number
}

export interface Mood {
  add(misbehaviour: Misbehaviour): void
  /** Asked at each request from now on when no added misbehaviour is due; null for none. */
  disturb(choose: ((request: string) => Misbehaviour | undefined) | null): void
  /** Takes the misbehaviour that is due for a request. */
  take(request: string): Misbehaviour | undefined
}

export function makeMood(): Mood {
  let choose: ((request: string) => Misbehaviour | undefined) | null = null
  const waiting: { readonly what: Misbehaviour; left: number }[] = []
  return {
    add: (what) => void waiting.push({ what, left: what.times ?? 1 }),
    disturb(chooser) {
      choose = chooser
    },
    take(request) {
      const due = waiting.find(({ what, left }) => left > 0 && (what.on?.test(request) ?? true))
      if (due === undefined) return choose?.(request)
      due.left -= 1
      return due.what
    },
  }
}

/** Answers in that way. */
export function misbehave({ how, retryAfterSeconds = 1 }: Misbehaviour, response: ServerResponse): void {
  const json = (status: number, message: string, headers: Readonly<Record<string, string>> = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ message }))
  const retryAfter = { 'retry-after': String(retryAfterSeconds) }
  if (how === 'reset' || how === 'after') response.socket?.destroy()
  else if (how === 'hang') held.add(response)
  else if (how === 'stall') response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
  else if (how === 'drip') drip(response)
  else if (how === '500') json(500, 'Server Error')
  else if (how === '502') response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Unicorn!</h1>')
  else if (how === '429') json(429, 'API rate limit exceeded', { ...retryAfter, 'x-ratelimit-remaining': '0' })
  else if (how === 'secondary') json(403, 'You have exceeded a secondary rate limit', retryAfter)
}

const held = new Set<ServerResponse>()

/** Cuts every connection that hangs. */
export function letGo(): void {
  for (const { socket } of held) socket?.destroy()
  held.clear()
}

/** White space may stand before an answer in JSON. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const dripping = setInterval(() => response.write(' '), 100)
  response.once('close', () => clearInterval(dripping))
}
