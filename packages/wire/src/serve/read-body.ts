import type { IncomingMessage } from 'node:http'

/** Reads a body of this length. Closes the connection if the body takes longer than `withinMs`. */
export async function readBody(request: IncomingMessage, length: number, withinMs: number): Promise<Buffer> {
  const body = Buffer.allocUnsafeSlow(length)
  const timer = setTimeout(() => request.destroy(new Error('the body arrived too slowly')), withinMs)
  let at = 0
  try {
    for await (const piece of request as AsyncIterable<Buffer>) at += piece.copy(body, at)
  } finally {
    clearTimeout(timer)
  }
  if (at !== length) throw new Error(`the body has ${at} bytes instead of ${length}`)
  return body
}
