import type { Duplex, Readable } from 'node:stream'
import type { ErrorCode } from '@harmont/contract'
import type { Conversation } from '@harmont/sandbox'
import { createWebSocketStream, type WebSocket } from 'ws'
import { type ApiError, apiError } from '../../platform/http/index.ts'
import { exitFrame, frame, frameKind, type Opening, problemFrame, readFrame, readOpening } from './frames.ts'

/** The other end of a connection: a shell. */
export interface Host {
  /** Opens the shell that the client asks for. Throws an ApiError that tells why not. */
  readonly open: (opening: Opening) => Promise<Conversation>
  /** Aborted when the shell must end, with an ApiError that tells why. */
  readonly over: AbortSignal
  /** Returns the ApiError for anything that was thrown. */
  readonly explain: (thrown: unknown) => ApiError
}

export interface ConverseTimes {
  /** The longest wait for the first message. */
  readonly firstFrameMs: number
  /** The longest wait for the client to agree to an end that it did not ask for. */
  readonly closeMs: number
}

/**
 * The end of a shell: by itself with an exit code (null when nobody knows it), because its client
 * went, or by a problem.
 */
export type Ending =
  | { readonly by: 'exit'; readonly code: number | null }
  | { readonly by: 'client' }
  | { readonly by: 'problem'; readonly code: ErrorCode }

const left = { by: 'client' } as const

/**
 * Carries a conversation over a WebSocket until either end closes; then neither is left. Reads on
 * only when the data can be passed on: at most one message waits for the command, and one of each
 * of its outputs for the client.
 */
export async function converse(socket: WebSocket, host: Host, times: ConverseTimes): Promise<Ending> {
  // A message that breaks the WebSocket protocol ends the socket, which tells its client by itself.
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

/** Resolves when the command has ended and all of its output is sent. */
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

/** Resolves when the message is out, so that a slow client makes the command wait. */
function send(stream: Duplex, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(message, (error) => (error ? reject(error) : resolve()))
  })
}

/** Resolves when the client has gone. */
async function feed(messages: AsyncIterator<unknown>, conversation: Conversation): Promise<Ending> {
  const { input } = conversation
  // A command may end, or stop reading, before its client knows: input after that has no reader.
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
 * Closes a socket once the messages that wait are sent. `ws` cuts off a client that does not agree
 * within 30 s; this does so within `withinMs` once it is `over`.
 */
async function leave(socket: WebSocket, status: number, over: AbortSignal, withinMs: number): Promise<void> {
  const ended = closed(socket)
  // The client's agreement comes after its earlier messages, which nobody takes any more.
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
 * Asks every `everyMs` whether a client is there, and cuts off a client that has answered no
 * question within `silenceMs`. Ends with the socket. Counts questions instead of milliseconds: a
 * server that had no processor for a while has not read the answers either.
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
    // Nothing is read while the command takes no input, so an answer may be waiting.
    if (socket.isPaused) hear()
    if (unanswered >= most) return socket.terminate()
    unanswered += 1
    socket.ping()
  }, everyMs)
  socket.once('close', () => clearInterval(timer))
}
