import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { inert } from '../terminal/inert.ts'
import { candidates } from './candidates.ts'
import { scripts } from './scripts.ts'

/** `hm completion SHELL`: prints a script for the shell to source. */
export const run: Handler<'completion'> = async ({ args, global, output }) => {
  if (global.json) await output.json({ shell: args.shell, script: scripts[args.shell] })
  else await output.print(scripts[args.shell])
  return exits.ok
}

/**
 * `hm __complete -- WORDS...`: prints one candidate per line, with a tab before its description.
 * Never fails, because a shell waits for it.
 */
export const complete: Handler<'__complete'> = async (context) => {
  const { args, output } = context
  for (const { value, about } of await candidates(args.words, context)) {
    // Omits values with control characters, which the shell would type.
    if (inert(value) !== value) continue
    await output.print(about === undefined ? value : `${value}\t${inert(about)}`)
  }
  return exits.ok
}
