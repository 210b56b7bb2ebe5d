import { type Duplex, PassThrough, Writable } from 'node:stream'
import type { ErrorCode } from '@harmont/contract'
import type { Conversation, TerminalSize } from '@harmont/sandbox'
import { createWebSocketStream, type WebSocket } from 'ws'
import { type ApiError, apiError } from '../../../platform/http/index.ts'
import { frame, frameKind, longestFrame, type Opening } from '../frames.ts'

/** The reasons for an end that a runner may report; any other one counts as its own fault. */
const reasons: ReadonlySet<string> = new Set<ErrorCode>(['snapshot_gone', 'service_unavailable', 'draining'])
const longestReason = 1_000

/**
 * Returns the conversation with a shell on a runner at the other end of a connection. Does not
 * trust the runner: a malformed message ends the shell.
 */
export function conversationOver(socket: WebSocket, { script, size }: Opening, runner: string): Conversation {
  socket.on('error', () => {})
  const stream = createWebSocketStream(socket, { readableObjectMode: true, readableHighWaterMark: 1 })
  const [output, errors] = [new PassThrough(), new PassThrough()]
  // Their readers handle the error.
  for (const each of [stream, output, errors]) each.on('error', () => {})
  const ended = receive(stream, output, errors, runner)
  ended.then(
    () => [output, errors].map((each) => each.end()),
    (error: Error) => [output, errors].map((each) => each.destroy(error)),
  )
  sendJson(stream, { script, ...(size === null ? {} : cells(size)) }).catch(() => {})
  return {
    startedAt: new Date(),
    input: inputOf(stream),
    output,
    errors,
    async exited() {
      const code = await ended
      return { code, signal: null, limit: null, overdue: false, output: 'whole', endedAt: new Date() }
    },
    resize: (changed) => sendJson(stream, cells(changed)),
    kill() {
      const closed = new Promise<void>((resolve) => {
        if (socket.readyState === socket.CLOSED) resolve()
        else socket.once('close', () => resolve())
      })
      socket.terminate()
      return closed
    },
  }
}

/** Returns the exit code. Applies backpressure to the output. */
async function receive(
  messages: AsyncIterable<unknown>,
  output: PassThrough,
  errors: PassThrough,
  runner: string,
): Promise<number | null> {
  try {
    for await (const message of messages) {
      if (!Buffer.isBuffer(message)) throw notUnderstood(runner)
      const content = message.subarray(1)
      if (message[0] === frameKind.output) await pass(output, content)
      else if (message[0] === frameKind.errors) await pass(errors, content)
      else if (message[0] === frameKind.exit) return exitCode(content, runner)
      else throw problem(message[0], content, runner)
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'ApiError') throw error
    throw lost(runner, error)
  }
  throw lost(runner)
}

function pass(to: PassThrough, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(content, (error) => (error ? reject(error) : resolve()))
  })
}

function exitCode(content: Buffer, runner: string): number | null {
  const { code } = jsonOf(content, runner)
  if (code === null || (typeof code === 'number' && Number.isInteger(code) && code >= 0 && code <= 255)) return code
  throw notUnderstood(runner)
}

function problem(kind: number | undefined, content: Buffer, runner: string): ApiError {
  const { code, message } = kind === frameKind.problem ? jsonOf(content, runner) : {}
  if (typeof code !== 'string' || typeof message !== 'string') return notUnderstood(runner)
  const known = reasons.has(code) ? (code as ErrorCode) : 'service_unavailable'
  return apiError(known, message.replace(/\p{Cc}/gu, ' ').slice(0, longestReason))
}

function jsonOf(content: Buffer, runner: string): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(content.toString()) as object) }
  } catch {
    throw notUnderstood(runner)
  }
}

function inputOf(stream: Duplex): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const pieces: Promise<void>[] = []
      for (let at = 0; at < chunk.length; at += longestFrame - 1)
        pieces.push(send(stream, frame(frameKind.input, chunk.subarray(at, at + longestFrame - 1))))
      Promise.all(pieces).then(() => done(), done)
    },
    final(done) {
      send(stream, frame(frameKind.input, Buffer.alloc(0))).then(() => done(), done)
    },
  })
}

function sendJson(stream: Duplex, value: object): Promise<void> {
  return send(stream, frame(frameKind.size, Buffer.from(JSON.stringify(value))))
}

function send(stream: Duplex, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(message, (error) => (error ? reject(error) : resolve()))
  })
}

function cells({ columns, rows }: TerminalSize): object {
  return { cols: columns, rows }
}

function lost(runner: string, cause?: unknown): ApiError {
  const message = `The connection to the runner ${runner} was lost, and with it this shell. Open another one.`
  return apiError('service_unavailable', message, { cause })
}

function notUnderstood(runner: string): ApiError {
  return apiError('service_unavailable', `The runner ${runner} sent an invalid shell message. Is it up to date?`)
}
