import type { Handler, Output } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { commandHelp, groupHelp, overview } from './help.ts'
import { helpWidth } from './layout.ts'
import { commandFor, resolveCommand } from './resolve.ts'

/** Help for a command, a group of commands, or all of `hm` (no words), on stdout. */
export async function showHelp(words: readonly string[], output: Output): Promise<ExitCode> {
  const command = commandFor(words)
  const width = Math.min(helpWidth, output.stdout.columns())
  const lines =
    command !== undefined ? commandHelp(command, width) : words.length === 0 ? overview(width) : groupHelp(words, width)
  for (const line of lines) await output.print(line)
  return exits.ok
}

/** `hm help [COMMAND...]` */
export const run: Handler<'help'> = async ({ args, output }) => {
  const { words } = resolveCommand(args.command)
  return showHelp(words, output)
}
