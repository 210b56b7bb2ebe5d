import { finished } from 'node:stream/promises'
import type { Conversation } from '@harmont/sandbox'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import type { RawTerminal } from './raw-terminal.ts'

interface Ends extends Pick<Context, 'stdin' | 'output' | 'signal'> {
  readonly terminal: RawTerminal | null
}

/** Connects a conversation with the user, to its end. Gives its exit code; throws the signal's reason when this process is to end first. */
export async function converse(
  conversation: Conversation,
  { stdin, output, terminal, signal }: Ends,
): Promise<ExitCode> {
  const resize = (size: ReturnType<RawTerminal['size']>) => {
    conversation.resize(size).catch((error: unknown) => output.debug(`could not resize the terminal: ${error}`))
  }
  const kill = () => {
    // Nobody waits for the rest, and there may be nobody to read it.
    for (const from of [conversation.output, conversation.errors]) from.unpipe().resume()
    conversation.kill().catch((error: unknown) => output.debug(`could not end the shell: ${error}`))
  }
  const giveBack = terminal?.takeOver(resize)
  // What is typed at the very end finds nobody.
  conversation.input.on('error', (error) => output.debug(`input: ${error.message}`))
  try {
    stdin.pipe(conversation.input)
    conversation.output.pipe(output.stdout.stream, { end: false })
    conversation.errors.pipe(output.stderr.stream, { end: false })
    signal.addEventListener('abort', kill)
    if (signal.aborted) kill()
    const [{ code }] = await Promise.all([
      conversation.exited(),
      finished(conversation.output, { writable: false }),
      finished(conversation.errors, { writable: false }),
    ])
    signal.throwIfAborted()
    if (code === null) throw new HmError(exits.unavailable, 'shell_lost', 'the sandbox of this shell is gone')
    // Any byte: it is the shell's own.
    return code as ExitCode
  } finally {
    signal.removeEventListener('abort', kill)
    stdin.unpipe(conversation.input)
    stdin.pause()
    giveBack?.()
  }
}
