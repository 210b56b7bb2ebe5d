import type { ServerResponse } from 'node:http'

/** Cuts off a reader of an answer that takes no byte for `stallMs` although there are some to take. */
export function guardAgainstStall(response: ServerResponse, stallMs: number): void {
  // The socket's clock starts anew with every byte that the other side takes and with every byte that we begin to send. Without a
  // listener for its end Node would cut off an answer that merely has nothing to say yet.
  response.setTimeout(stallMs, () => {
    const { socket } = response
    if (response.writableLength > 0 || (socket?.writableLength ?? 0) > 0) response.destroy()
    else response.setTimeout(stallMs)
  })
  // A connection that is kept alive has another clock, which Node sets at the end of the answer: this one ends before that.
  const { socket } = response
  response.prependOnceListener('finish', () => socket?.setTimeout(0))
}
