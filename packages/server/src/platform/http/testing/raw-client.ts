import { connect, type Socket } from 'node:net'

/** A response over a raw connection. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Sends bytes unchanged and returns the first response; `null` if the connection ends without one.
 * For tests.
 */
export async function sendRaw(port: number, bytes: string | Uint8Array): Promise<RawAnswer | null> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write(bytes)
  return readAnswer(socket)
}

/**
 * Returns the first response on a connection and ends the connection; `null` if it ends without
 * one.
 */
export async function readAnswer(socket: Socket): Promise<RawAnswer | null> {
  const received: Buffer[] = []
  const done = Promise.withResolvers<void>()
  socket.on('data', (chunk: Buffer) => {
    received.push(chunk)
    if (parse(Buffer.concat(received)) !== null) done.resolve()
  })
  // A reset counts as an ordinary end here: only the response before it matters.
  socket.on('error', () => done.resolve())
  socket.on('close', () => done.resolve())
  socket.resume()
  await done.promise
  socket.destroy()
  return parse(Buffer.concat(received))
}

function parse(bytes: Buffer): RawAnswer | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return null
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const body = bytes.subarray(end + 4)
  if (body.length < Number(headers['content-length'] ?? 0)) return null
  return { status: Number(first.split(' ')[1]), headers, body: body.toString() }
}
