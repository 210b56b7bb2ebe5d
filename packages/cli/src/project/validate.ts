import { parsePlan } from '@harmont/ir'
import { describeProblems, type EnvelopeError, renderEvery } from '@harmont/render'
import { readGitFacts, readSourceSet } from '@harmont/source-set'
import type { Handler } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { count } from '../terminal/amounts.ts'
import { manualFacts } from './read-project.ts'
import { exitOfProblem, printOutput, renderOptions, sourceFailure } from './render-project.ts'

/**
 * `hm validate`: checks every pipeline of the project, or one, and names the file of each problem.
 */
export const run: Handler<'validate'> = async (context) => {
  const { args, directory, output, global } = context
  try {
    const git = await readGitFacts(directory)
    const request = { facts: manualFacts(git), sourceSet: () => readSourceSet(directory, git) }
    const { envelope, places, warnings, ...printed } = await renderEvery(renderOptions(context, request))
    printOutput(output, { ...printed, warnings: [] })
    const isMeant = ({ slug }: { readonly slug: string | null }) =>
      args.pipeline === undefined || slug === args.pipeline
    // The wanted pipeline may be in a file that does not load.
    const errors = envelope.errors.filter((error) => error.slug === null || isMeant(error))
    const valid: { readonly slug: string; readonly file: string; readonly steps: number }[] = []
    for (const { slug, file, definition: document } of envelope.pipelines.filter(isMeant)) {
      const parsed = parsePlan(JSON.stringify(document))
      if (parsed.ok) valid.push({ slug, file, steps: parsed.plan.steps.length })
      else {
        const message = describeProblems(parsed.error, { file, document, places: places.get(slug) })
        errors.push({ file, slug, code: parsed.error.code, message, line: null })
      }
    }
    if (valid.length + errors.length === 0)
      throw nothingThere(
        args.pipeline,
        envelope.pipelines.map(({ slug }) => slug),
      )
    const files = new Set(valid.map(({ file }) => file))
    const told = warnings.filter((warning) => [...files].some((file) => warning.startsWith(`${file}:`)))
    if (global.json) await output.json({ pipelines: valid, errors, warnings: told })
    else {
      for (const { slug, file, steps } of valid) await output.print(`${slug}: valid, ${count(steps, 'step')} (${file})`)
      for (const { slug, file, message, code } of errors)
        await output.print(`${slug ?? file}: invalid (${code})\n  ${message.replaceAll('\n', '\n  ')}`)
      for (const warning of told) output.warn(warning)
    }
    return exitOf(errors)
  } catch (error) {
    throw sourceFailure(error)
  }
}

function exitOf(errors: readonly EnvelopeError[]): ExitCode {
  if (errors.length === 0) return exits.ok
  return errors.some(({ code }) => exitOfProblem(code) === exits.render) ? exits.render : exits.refused
}

function nothingThere(slug: string | undefined, slugs: readonly string[]): HmError {
  if (slug === undefined || slugs.length === 0)
    return new HmError(exits.render, 'no_pipeline', 'the project has no pipeline', { fix: 'hm init' })
  return new HmError(exits.render, 'no_pipeline', `the project has no pipeline ${JSON.stringify(slug)}`, {
    fix: `its pipelines are ${slugs.join(', ')}`,
  })
}
