import type { WebSocket } from 'ws'

/**
 * Asks every `everyMs` whether a client is there, and cuts off one that has answered no question within `silenceMs`. Ends with the socket.
 * Counts questions instead of milliseconds: a server that had no processor for a while has not read the answers either.
 */
export function watchClient(socket: WebSocket, everyMs: number, silenceMs: number): void {
  const most = Math.ceil(silenceMs / everyMs) - 1
  let unanswered = 0
  const hear = () => {
    unanswered = 0
  }
  socket.on('pong', hear)
  socket.on('message', hear)
  const timer = setInterval(() => {
    // While the command takes no input nothing is read, so an answer may be waiting.
    if (socket.isPaused) hear()
    if (unanswered >= most) return socket.terminate()
    unanswered += 1
    socket.ping()
  }, everyMs)
  socket.once('close', () => clearInterval(timer))
}
