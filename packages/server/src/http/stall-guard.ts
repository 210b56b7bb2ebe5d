import type { ServerResponse } from 'node:http'

/** Cuts off a reader of a streamed answer that takes no byte for `stallMs` although there are some to take. */
export function guardAgainstStall(response: ServerResponse, stallMs: number): void {
  const { socket } = response
  if (socket === null) return
  // The socket's clock starts anew with every byte that the other side takes, and with every byte that we begin to send.
  const check = (): void => {
    if (response.writableLength > 0 || socket.writableLength > 0) response.destroy()
    else socket.setTimeout(stallMs)
  }
  socket.setTimeout(stallMs)
  socket.on('timeout', check)
  response.once('close', () => {
    socket.off('timeout', check)
    socket.setTimeout(0)
  })
}
