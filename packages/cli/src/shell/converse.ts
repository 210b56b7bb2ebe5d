import { type Readable, Transform } from 'node:stream'
import { finished } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { ReadStream, WriteStream } from 'node:tty'
import type { Conversation, TerminalSize } from '@harmont/sandbox'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { leavingTerminal } from '../terminal/leaving-terminal.ts'

interface Ends extends Pick<Context, 'stdin' | 'output' | 'signal' | 'global'> {
  readonly terminal: RawTerminal | null
}

/**
 * Connects a conversation to the user until it ends, and returns its exit code. Throws the signal's
 * reason if this process must end first.
 */
export async function converse(
  conversation: Conversation,
  { stdin, output, terminal, signal, global }: Ends,
): Promise<ExitCode> {
  const resize = (size: ReturnType<RawTerminal['size']>) => {
    conversation.resize(size).catch((error: unknown) => output.debug(`could not resize the terminal: ${error}`))
  }
  const printed: readonly Readable[] = global.json
    ? [conversation.output.pipe(asLines('stdout')), conversation.errors.pipe(asLines('stderr'))]
    : [conversation.output, conversation.errors]
  const kill = () => {
    // Discards the rest, because it has no reader.
    for (const from of printed) from.unpipe().resume()
    conversation.kill().catch((error: unknown) => output.debug(`could not end the shell: ${error}`))
  }
  const giveBack = terminal?.takeOver(resize)
  // Input typed at the very end has no receiver.
  conversation.input.on('error', (error) => output.debug(`input: ${error.message}`))
  try {
    stdin.pipe(conversation.input)
    const { stdout, stderr } = output
    printed[0]?.pipe(stdout.stream, { end: false })
    printed[1]?.pipe(global.json ? stdout.stream : stderr.stream, { end: false })
    signal.addEventListener('abort', kill)
    if (signal.aborted) kill()
    const [{ code }] = await Promise.all([
      conversation.exited(),
      ...printed.map((stream) => finished(stream, { writable: false })),
    ])
    signal.throwIfAborted()
    if (code === null) throw new HmError(exits.unavailable, 'shell_lost', 'the sandbox of this shell no longer exists')
    if (global.json) await output.json({ kind: 'end', exit_code: code })
    // Sends any byte unchanged, for the shell to interpret.
    return code as ExitCode
  } finally {
    signal.removeEventListener('abort', kill)
    stdin.unpipe(conversation.input)
    stdin.pause()
    giveBack?.()
  }
}

/** Converts a command's output to JSON lines, one for each chunk. */
function asLines(stream: 'stdout' | 'stderr'): Transform {
  const decoder = new StringDecoder()
  const line = (text: string) => (text === '' ? '' : `${JSON.stringify({ kind: 'output', stream, text })}\n`)
  return new Transform({
    transform: (piece: Buffer, _, done) => done(null, line(decoder.write(piece))),
    flush: (done) => done(null, line(decoder.end())),
  })
}

/** A terminal for both input and output. */
interface RawTerminal {
  size(): TerminalSize
  /**
   * Delivers keys as they are pressed, including Ctrl-C, until the returned function is called or
   * this process ends.
   */
  takeOver(onResize: (size: TerminalSize) => void): () => void
}

/** Returns null unless both input and output are terminals. */
export function openTerminal({ stdin, output }: Pick<Context, 'stdin' | 'output'>): RawTerminal | null {
  const { stream } = output.stdout
  if (!(stdin instanceof ReadStream && stream instanceof WriteStream)) return null
  const size = () => ({ columns: stream.columns || 80, rows: stream.rows || 24 })
  return {
    size,
    takeOver(onResize) {
      const raw = () => stdin.setRawMode(true)
      const back = () => stdin.setRawMode(false)
      const leaving = leavingTerminal({ leave: back, comeBack: raw })
      const resized = () => onResize(size())
      stream.on('resize', resized)
      raw()
      return () => {
        stream.off('resize', resized)
        leaving.release()
        back()
      }
    },
  }
}
