import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { inert } from '../terminal/inert.ts'
import { candidates } from './candidates.ts'
import { scripts } from './scripts.ts'

/** `hm completion SHELL`: a script for the shell to source. */
export const run: Handler<'completion'> = async ({ args, output }) => {
  await output.print(scripts[args.shell])
  return exits.ok
}

/**
 * `hm __complete -- WORDS...`: one candidate a line, a tab and its description behind it. Never
 * fails: a shell waits.
 */
export const complete: Handler<'__complete'> = async (context) => {
  const { args, output } = context
  for (const { value, about } of await candidates(args.words, context)) {
    // Leaves out values with control characters, which the shell would type.
    if (inert(value) !== value) continue
    await output.print(about === undefined ? value : `${value}\t${inert(about)}`)
  }
  return exits.ok
}
