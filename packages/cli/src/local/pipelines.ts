import { renderEvery } from '@harmont/render'
import { readGitFacts, readSourceSet } from '@harmont/source-set'
import type { Handler } from '../command.ts'
import { exits } from '../errors.ts'
import { manualFacts } from './manual-facts.ts'
import { slowTeller, sourceFailure, tell } from './render-project.ts'

/** `hm pipelines`: the envelope that a server reads (`sdk-cli.md` 1.7). */
export const run: Handler<'pipelines'> = async ({ flags, directory, env, output, signal, cacheDirectory }) => {
  try {
    const git = await readGitFacts(directory)
    const { envelope, ...told } = await renderEvery({
      project: directory,
      context: manualFacts(git),
      env,
      sourceSet: () => readSourceSet(directory, git),
      cacheDirectory,
      signal,
      onSlow: slowTeller(output),
    })
    tell(output, told)
    const { errors, pipelines, schema_version } = envelope
    if (flags.table) {
      for (const { slug, name, file, allow_manual } of pipelines)
        await output.print(`${slug}  ${name}  ${file}${allow_manual ? '' : '  no manual runs'}`)
      for (const { code, message } of errors) output.warn(`${code}: ${message}`)
    } else await output.json(errors.length === 0 ? { schema_version, pipelines } : envelope)
    return errors.length === 0 ? exits.ok : exits.render
  } catch (error) {
    throw sourceFailure(error)
  }
}
