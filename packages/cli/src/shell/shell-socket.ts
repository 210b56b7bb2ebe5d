import { type Duplex, PassThrough, Writable } from 'node:stream'
import type { Conversation, TerminalSize } from '@harmont/sandbox'
import { createWebSocketStream, WebSocket } from 'ws'
import { type ExitCode, exits, HmError } from '../errors.ts'

/** The first byte of a message, defined by `ShellTicket` of the contract. */
const kinds = { input: 0, output: 1, size: 2, exit: 3, errors: 4, problem: 5 } as const

/** Maximum number of bytes in a message after its first byte. */
const longestContent = 64 * 1024 - 1

interface WantedShell {
  readonly url: string
  readonly token: string
  /** null for an interactive shell. */
  readonly script: string | null
  /** null without a terminal. */
  readonly size: TerminalSize | null
}

/**
 * Opens a shell on a server. Rejects with an HmError if the server refuses. A later failure rejects
 * `exited`.
 */
export async function openShellSocket({ url, token, script, size }: WantedShell): Promise<Conversation> {
  const socket = await connect(url, token)
  const stream = createWebSocketStream(socket, { readableObjectMode: true, readableHighWaterMark: 1 })
  // The error reaches the reader of the messages.
  stream.on('error', () => {})
  const [output, errors] = [new PassThrough(), new PassThrough()]
  let isKilled = false
  const code = readMessages(stream, output, errors).catch((error: unknown) => {
    if (isKilled) return null
    throw error
  })
  // The shell may end before the promise is awaited.
  code.catch(() => {})
  const resize = (given: TerminalSize) => sendJson(stream, { cols: given.columns, rows: given.rows })
  const first = size === null ? {} : { cols: size.columns, rows: size.rows }
  await sendJson(stream, script === null ? first : { ...first, script })
  return {
    startedAt: new Date(),
    input: inputOf(stream),
    output,
    errors,
    exited: async () => ({
      ...{ signal: null, limit: null, overdue: false, output: 'whole' as const },
      code: await code,
      endedAt: new Date(),
    }),
    resize,
    async kill() {
      isKilled = true
      socket.terminate()
    },
  }
}

function connect(url: string, token: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const options = { perMessageDeflate: false, handshakeTimeout: 30_000 }
    const socket = new WebSocket(url, ['harmont-shell', `token.${token}`], options)
    socket.once('open', () => resolve(socket))
    socket.on('unexpected-response', (_, response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => reject(refusal(response.statusCode ?? 0, Buffer.concat(parts).toString())))
      response.on('error', reject)
    })
    socket.on('error', (cause) => {
      const message = `could not reach the shell at ${new URL(url).host}: ${cause.message}`
      reject(new HmError(exits.unavailable, 'unreachable', message, { cause }))
    })
  })
}

/** Converts the response of a server or proxy that did not open a WebSocket to an error. */
function refusal(status: number, text: string): HmError {
  try {
    return shellProblem(JSON.parse(text).error)
  } catch (cause) {
    const message = `the server answered ${status} instead of opening a WebSocket; a proxy may block it`
    return new HmError(exits.unavailable, 'unexpected_answer', message, { cause })
  }
}

function send(stream: Duplex, kind: number, content: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(Buffer.concat([Buffer.of(kind), content]), (error) => (error ? reject(error) : resolve()))
  })
}

function sendJson(stream: Duplex, value: object): Promise<void> {
  return send(stream, kinds.size, Buffer.from(JSON.stringify(value)))
}

function inputOf(stream: Duplex): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const pieces: Promise<void>[] = []
      for (let at = 0; at < chunk.length; at += longestContent)
        pieces.push(send(stream, kinds.input, chunk.subarray(at, at + longestContent)))
      Promise.all(pieces).then(() => done(), done)
    },
    final(done) {
      send(stream, kinds.input, Buffer.alloc(0)).then(() => done(), done)
    },
  })
}

/** Returns the exit code. Rejects with the server's problem, or when the connection is lost. */
async function readMessages(
  messages: AsyncIterable<unknown>,
  output: PassThrough,
  errors: PassThrough,
): Promise<number | null> {
  try {
    for await (const message of messages) {
      if (!Buffer.isBuffer(message)) continue
      const [kind, content] = [message[0], message.subarray(1)]
      if (kind === kinds.output) await pass(output, content)
      else if (kind === kinds.errors) await pass(errors, content)
      else if (kind === kinds.exit) return (JSON.parse(content.toString()) as { code: number | null }).code
      else if (kind === kinds.problem) throw shellProblem(JSON.parse(content.toString()))
    }
  } finally {
    output.end()
    errors.end()
  }
  throw new HmError(exits.unavailable, 'shell_lost', 'lost the connection to the shell')
}

/** Makes the server wait for a slow reader. */
function pass(to: PassThrough, content: Buffer): Promise<void> {
  return new Promise((resolve) => {
    to.write(content, () => resolve())
  })
}

const exitsByCode: Readonly<Record<string, ExitCode>> = {
  job_not_found: exits.notFound,
  unauthorized: exits.signedOut,
  draining: exits.unavailable,
  internal_error: exits.unavailable,
  rate_limited: exits.unavailable,
  request_timeout: exits.unavailable,
  service_unavailable: exits.unavailable,
}

/** Returns the error of `hm` for a shell that the server refuses or ends. */
function shellProblem({ code, message }: { readonly code: string; readonly message: string }): HmError {
  return new HmError(exitsByCode[code] ?? exits.refused, code, message)
}
