import { renderEvery } from '@harmont/render'
import { readGitFacts, readSourceSet } from '@harmont/source-set'
import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { printTable } from '../terminal/table.ts'
import { manualFacts } from './manual-facts.ts'
import { renderOptions, sourceFailure, tell } from './render-project.ts'

/** `hm pipelines`: the envelope that a server reads (`ir.md` 1.7). */
export const run: Handler<'pipelines'> = async (context) => {
  const { flags, directory, output } = context
  try {
    const git = await readGitFacts(directory)
    const request = { facts: manualFacts(git), sourceSet: () => readSourceSet(directory, git) }
    const { envelope, ...told } = await renderEvery(renderOptions(context, request))
    tell(output, told)
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
