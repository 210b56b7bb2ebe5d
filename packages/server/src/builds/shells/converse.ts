import type { Duplex, Readable } from 'node:stream'
import type { ErrorCode } from '@harmont/contract'
import type { Conversation } from '@harmont/sandbox'
import { createWebSocketStream, type WebSocket } from 'ws'
import { type ApiError, apiError } from '../../platform/http/index.ts'
import { exitFrame, frame, frameKind, type Opening, problemFrame, readFrame, readOpening } from './frames.ts'

/** The other end of a connection, which opens the shell. */
export interface Host {
  /** Opens the shell requested by the client. Throws an ApiError with the reason for a refusal. */
  readonly open: (opening: Opening) => Promise<Conversation>
  /** Aborted when the shell must end, with the reason as an ApiError. */
  readonly over: AbortSignal
  /** Converts anything thrown to an ApiError. */
  readonly explain: (thrown: unknown) => ApiError
}

export interface ConverseTimes {
  /** The longest wait for the first message. */
  readonly firstFrameMs: number
  /**
   * The longest wait for the client's part of the closing handshake, once the server has ended the
   * shell.
   */
  readonly closeMs: number
}

/**
 * The end of a shell: by its command with an exit code (null when unknown), by its client's
 * disconnection, or by a problem.
 */
export type Ending =
  | { readonly by: 'exit'; readonly code: number | null }
  | { readonly by: 'client' }
  | { readonly by: 'problem'; readonly code: ErrorCode }

const left = { by: 'client' } as const

/**
 * Carries a conversation over a WebSocket until either end closes; then closes both. Applies
 * backpressure: holds at most one message for the command, and one for the client from each of its
 * outputs.
 */
export async function converse(socket: WebSocket, host: Host, times: ConverseTimes): Promise<Ending> {
  // A violation of the WebSocket protocol closes the socket, and `ws` informs the client.
  socket.on('error', () => {})
  const stream = createWebSocketStream(socket, { readableObjectMode: true, readableHighWaterMark: 1 })
  stream.on('error', () => {})
  const messages: AsyncIterator<unknown> = stream[Symbol.asyncIterator]()
  const cut = new AbortController()
  const over = AbortSignal.any([host.over, cut.signal])
  const gone = closed(socket).then(() => left)
  let conversation: Conversation | undefined
  let status = 1000
  try {
    const late = apiError('request_timeout', `The first message must arrive within ${times.firstFrameMs / 1000} s.`)
    const timer = setTimeout(() => cut.abort(late), times.firstFrameMs)
    const first = await Promise.race([messages.next(), aborted(over)]).finally(() => clearTimeout(timer))
    if (first.done === true) return left
    conversation = await host.open(readOpening(first.value))
    return await Promise.race([show(stream, conversation), feed(messages, conversation), gone, aborted(over)])
  } catch (thrown) {
    if (socket.readyState !== socket.OPEN) return left
    const { code, message, status: httpStatus } = host.explain(thrown)
    status = code === 'draining' ? 1001 : httpStatus >= 500 ? 1011 : 1008
    socket.send(problemFrame(code, message))
    return { by: 'problem', code }
  } finally {
    await conversation?.kill()
    conversation?.output.destroy()
    conversation?.errors.destroy()
    await leave(socket, status, over, times.closeMs)
    stream.destroy()
  }
}

/** Resolves when the command has ended and all its output has been sent. */
async function show(stream: Duplex, conversation: Conversation): Promise<Ending> {
  const { output, errors } = conversation
  await Promise.all([pump(stream, frameKind.output, output), pump(stream, frameKind.errors, errors)])
  const { code } = await conversation.exited()
  await send(stream, exitFrame(code))
  return { by: 'exit', code }
}

async function pump(stream: Duplex, kind: number, source: Readable): Promise<void> {
  for await (const chunk of source as AsyncIterable<Buffer>) await send(stream, frame(kind, chunk))
}

/** Resolves when the message has been sent, so that a slow client makes the command wait. */
function send(stream: Duplex, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(message, (error) => (error ? reject(error) : resolve()))
  })
}

/** Resolves when the client has disconnected. */
async function feed(messages: AsyncIterator<unknown>, conversation: Conversation): Promise<Ending> {
  const { input } = conversation
  // A command may end, or stop reading, before its client knows: later input has no reader.
  input.on('error', () => {})
  for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
    const read = readFrame(next.value)
    if (read.kind === 'size') await conversation.resize(read.size)
    else if (read.bytes.length === 0) input.end()
    else if (input.writable && !input.write(read.bytes)) await drained(input)
  }
  return left
}

function drained(input: Conversation['input']): Promise<void> {
  const events = ['drain', 'close', 'error']
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) input.off(event, done)
      resolve()
    }
    for (const event of events) input.on(event, done)
  })
}

/** Rejects with the reason of a signal as soon as it is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/**
 * Closes a socket once its pending messages are sent. `ws` disconnects a client that does not
 * complete the closing handshake within 30 s; this does so within `withinMs` after `over`.
 */
async function leave(socket: WebSocket, status: number, over: AbortSignal, withinMs: number): Promise<void> {
  const ended = closed(socket)
  // The client's close frame comes after its earlier messages, which are discarded.
  socket.removeAllListeners('message')
  socket.resume()
  socket.close(status)
  const cut = () => setTimeout(() => socket.terminate(), withinMs)
  if (over.aborted) cut()
  else over.addEventListener('abort', cut)
  await ended
  over.removeEventListener('abort', cut)
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve()
    else socket.once('close', () => resolve())
  })
}

/**
 * Pings the client every `everyMs`, and disconnects a client that has answered no ping within
 * `silenceMs`. Ends with the socket. Counts pings instead of milliseconds: a server that got no
 * processor time for a while has not read the answers either.
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
    // Nothing is read while the command accepts no input, so an unread answer may exist.
    if (socket.isPaused) hear()
    if (unanswered >= most) return socket.terminate()
    unanswered += 1
    socket.ping()
  }, everyMs)
  socket.once('close', () => clearInterval(timer))
}
