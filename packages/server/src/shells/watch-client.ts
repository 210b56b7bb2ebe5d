import type { WebSocket } from 'ws'

/** Asks every `everyMs` whether a client is there, and cuts off one that has not answered for `silenceMs`. Ends with the socket. */
export function watchClient(socket: WebSocket, everyMs: number, silenceMs: number): void {
  let heardAt = performance.now()
  const hear = () => {
    heardAt = performance.now()
  }
  socket.on('pong', hear)
  socket.on('message', hear)
  const timer = setInterval(() => {
    // While the command takes no input nothing is read, so an answer may be waiting.
    if (socket.isPaused) hear()
    if (performance.now() - heardAt >= silenceMs) socket.terminate()
    else socket.ping()
  }, everyMs)
  socket.once('close', () => clearInterval(timer))
}
