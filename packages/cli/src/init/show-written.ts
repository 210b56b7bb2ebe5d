import { type RenderFailure, renderPipeline } from '@harmont/render'
import { readSourceSet } from '@harmont/source-set'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'

/** Renders what was written and names its steps. Throws exit 6 where it does not render. */
export async function showWritten(
  { directory, env, cacheDirectory, signal, output }: Context<'init'>,
  slug: string,
): Promise<void> {
  const rendered = await renderPipeline({
    project: directory,
    slug,
    context: null,
    env,
    cacheDirectory,
    signal,
    sourceSet: () => readSourceSet(directory),
  })
  if (!rendered.ok) throw unrenderable(rendered)
  for (const warning of rendered.warnings) output.warn(warning)
  const labels = labelsOf(rendered.document)
  output.say(`It has ${labels.length} ${labels.length === 1 ? 'step' : 'steps'}:`)
  for (const label of labels) output.say(`  ${label}`)
}

function unrenderable({ code, message }: RenderFailure): HmError {
  return new HmError(exits.render, code, message, { fix: 'fix it, then hm init --force' })
}

interface Node {
  readonly step: { readonly label?: string; readonly key?: string; readonly cmd: string }
}

// The document was made by our SDK a moment ago.
function labelsOf(document: unknown): string[] {
  const { graph } = document as { readonly graph: { readonly nodes: readonly Node[] } }
  return graph.nodes.map(({ step }) => step.label ?? step.key ?? step.cmd)
}
