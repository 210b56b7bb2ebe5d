import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { planAppended } from '@harmont/ir'
import { replaceFile } from '../config/replace-file.ts'
import type { Handler } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { count } from '../terminal/amounts.ts'
import { readDocument } from './read-document.ts'

/**
 * `hm pipeline append`: writes an IR document for the engine, which adds its steps after this step
 * has passed. The file's name is the document's digest, so that a repeated document counts once.
 */
export const run: Handler<'pipeline append'> = async (context) => {
  const { args, env, output, global } = context
  const place = env.HARMONT_OUTPUT
  if (!place)
    throw new HmError(exits.usage, 'not_in_a_step', 'hm pipeline append works only in the command of a step', {
      fix: 'call it in a step with the option append; HARMONT_OUTPUT is not set here',
    })
  const text = await readDocument(context, args.file)
  const planned = planAppended([{ name: args.file === '-' ? 'stdin' : args.file, text }])
  if (!planned.ok) throw new HmError(exits.refused, planned.error.code, planned.error.message)
  for (const warning of planned.plan.warnings) output.warn(warning)
  const file = join(place, 'steps', `${createHash('sha256').update(text).digest('hex')}.json`)
  await writeWhole(file, text)
  const steps = planned.plan.steps.map(({ key }) => key)
  if (global.json) await output.json({ file, steps })
  else output.say(`${count(steps.length, 'step')} to append`)
  return exits.ok
}

/** Writes the whole file; after a failure no file ends in `.json`. */
async function writeWhole(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text, { file: 0o644, directory: 0o755 })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new HmError(exits.unavailable, 'output_unwritable', `cannot write below $HARMONT_OUTPUT: ${why}`, {
      fix: 'a step has 64 MiB there; df "$HARMONT_OUTPUT" shows what is left',
    })
  }
}
