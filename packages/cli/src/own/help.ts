import type { Handler, Output } from '../command.ts'
import { type ExitCode, exits } from '../errors.ts'
import { commandHelp, groupHelp, overview } from '../help/help.ts'
import { commandFor, resolveCommand } from '../parse/resolve.ts'

/** Help for a command, a group of commands, or all of `hm` (no words), on stdout. */
export async function showHelp(words: readonly string[], output: Output): Promise<ExitCode> {
  const heading = (text: string) => output.stdout.style('bold', text)
  const command = commandFor(words)
  if (command !== undefined) await output.print(commandHelp(command, heading))
  else await output.print(words.length === 0 ? overview(heading) : groupHelp(words, heading))
  return exits.ok
}

/** `hm help [COMMAND...]` */
export const run: Handler<'help'> = async ({ args, output }) => {
  const { words } = resolveCommand(args.command)
  return showHelp(words, output)
}
