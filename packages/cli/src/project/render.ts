import { parsePlan } from '@harmont/ir'
import { describeProblems, type Rendered, renderEvery, renderPipeline } from '@harmont/render'
import { readGitFacts, readSourceSet } from '@harmont/source-set'
import type { Handler } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { count } from '../terminal/amounts.ts'
import { printTable } from '../terminal/table.ts'
import { manualFacts } from './read-project.ts'
import { printOutput, renderOptions, sourceFailure } from './render-project.ts'

/** `hm render SLUG`: prints the IR with its keys. */
export const run: Handler<'render'> = async (context) => {
  const { args, flags, directory, output, global } = context
  try {
    const git = await readGitFacts(directory)
    const request = { facts: manualFacts(git, flags), sourceSet: () => readSourceSet(directory, git) }
    const rendered = await renderPipeline({ ...renderOptions(context, request), slug: args.slug })
    printOutput(output, rendered.ok ? rendered : { ...rendered, warnings: [] })
    if (!rendered.ok) throw new HmError(exits.render, rendered.code, rendered.message)
    if (flags.check) return await check(rendered, output, global.json)
    await output.print(flags.pretty ? JSON.stringify(rendered.document, undefined, 2) : rendered.json)
    return exits.ok
  } catch (error) {
    throw sourceFailure(error)
  }
}

async function check(rendered: Rendered, output: Parameters<Handler<'render'>>[0]['output'], asJson: boolean) {
  const { json, warnings } = rendered
  const parsed = parsePlan(json)
  if (!parsed.ok) throw new HmError(exits.refused, parsed.error.code, describeProblems(parsed.error, rendered))
  const steps = parsed.plan.steps.length
  if (asJson) await output.json({ steps, warnings })
  else output.say(`valid: ${count(steps, 'step')}, ${count(warnings.length, 'warning')}`)
  return exits.ok
}

/** `hm pipelines`: prints the envelope that a server reads (`ir.md` 1.7). */
export const pipelines: Handler<'pipelines'> = async (context) => {
  const { flags, directory, output } = context
  try {
    const git = await readGitFacts(directory)
    const request = { facts: manualFacts(git), sourceSet: () => readSourceSet(directory, git) }
    const { envelope, ...told } = await renderEvery(renderOptions(context, request))
    printOutput(output, told)
    const { errors, pipelines, schema_version } = envelope
    if (flags.table) {
      const rows = pipelines.map(({ slug, name, file, allow_manual }) => [
        slug,
        name,
        file,
        allow_manual ? 'yes' : 'no',
      ])
      await printTable(output, ['PIPELINE', 'NAME', 'FILE', 'MANUAL'], rows)
      for (const { code, message } of errors) output.warn(`${code}: ${message}`)
    } else await output.json(errors.length === 0 ? { schema_version, pipelines } : envelope)
    return errors.length === 0 ? exits.ok : exits.render
  } catch (error) {
    throw sourceFailure(error)
  }
}
