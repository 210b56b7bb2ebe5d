import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { scripts } from './scripts.ts'

/** `hm completion SHELL`: a script for the shell to source. */
export const run: Handler<'completion'> = async ({ args, output }) => {
  await output.print(scripts[args.shell])
  return exits.ok
}
