import type { Handler } from '../context.ts'
import { run as shell } from './shell.ts'

/** `hm exec STEP COMMAND...`: one word is a line for the shell, several are a program and its arguments. */
export const run: Handler<'exec'> = async (context) => {
  const { args, flags } = context
  const [first = '', ...others] = args.command
  const cmd = others.length === 0 ? first : args.command.map(quote).join(' ')
  const build = flags.build === undefined ? undefined : String(flags.build)
  return shell({
    ...context,
    args: { build, step: args.step },
    flags: { before: flags.before, pipeline: flags.pipeline, cmd },
  })
}

function quote(word: string): string {
  return /^[\w.,:/@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
