import type { Handler } from '../command.ts'
import { scripts } from '../completion/scripts.ts'
import { exits } from '../errors.ts'

/** `hm completion SHELL`: a script for the shell to source. */
export const run: Handler<'completion'> = async ({ args, output }) => {
  await output.print(scripts[args.shell])
  return exits.ok
}
