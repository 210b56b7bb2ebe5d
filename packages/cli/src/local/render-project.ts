import { type EnvelopeError, type RenderFacts, RenderSettingError, renderEvery, renderPipeline } from '@harmont/render'
import { SourceError, type SourceSet } from '@harmont/source-set'
import type { Context } from '../command.ts'
import { exits, HmError, usageError } from '../errors.ts'

export interface ProjectPipeline {
  readonly slug: string
  readonly name: string
  /** The IR with cache keys. */
  readonly ir: string
}

interface RenderRequest {
  /** null: the only one, or the one that the user chooses. */
  readonly slug: string | null
  readonly facts: RenderFacts
  readonly sourceSet: () => Promise<SourceSet>
}

type Here = Pick<Context, 'directory' | 'env' | 'output' | 'ask' | 'signal' | 'cacheDirectory'>

/**
 * Renders one pipeline of the project. Warnings and what its programs print go to stderr. Throws exit 6 when there is none or its own code fails, exit 7 for
 * one that is no IR, exit 8 when the source cannot be read.
 */
export async function renderProject(here: Here, { slug, facts, sourceSet }: RenderRequest): Promise<ProjectPipeline> {
  const { directory: project, env, output, signal, cacheDirectory } = here
  const options = { project, context: facts, env, sourceSet, cacheDirectory, signal, onSlow: slowTeller(output) }
  try {
    if (slug === null) return await renderOnly(here, await renderEvery(options))
    const rendered = await renderPipeline({ ...options, slug })
    tell(output, rendered.ok ? rendered : { ...rendered, warnings: [] })
    if (!rendered.ok) throw renderError(rendered)
    return { slug, name: rendered.name, ir: rendered.json }
  } catch (error) {
    throw sourceFailure(error)
  }
}

/** Says once of each file that it takes long: a loop without an end looks like that. */
export function slowTeller(output: Here['output']): (file: string) => void {
  const told = new Set<string>()
  return (file) => {
    if (told.has(file)) return
    told.add(file)
    output.say(`${file} takes long to render; Ctrl-C ends it`)
  }
}

/** A source that cannot be read, or a wrong setting, for the user; anything else as it is. */
export function sourceFailure(error: unknown): unknown {
  if (error instanceof RenderSettingError) return usageError(error.message)
  if (!(error instanceof SourceError)) return error
  return new HmError(exits.source, error.code, error.message, { cause: error })
}

/** All are evaluated, because nobody knows which it is before they are loaded. */
async function renderOnly(
  { ask, output }: Here,
  { envelope, warnings, output: printed }: Awaited<ReturnType<typeof renderEvery>>,
): Promise<ProjectPipeline> {
  const { pipelines, errors } = envelope
  const slugs = [...new Set([...pipelines, ...errors].flatMap(({ slug }) => slug ?? []))].sort()
  const [only, another] = slugs
  if (only === undefined) throw errors[0] === undefined ? noPipeline() : renderError(errors[0])
  const slug = another === undefined ? only : await choose(ask, slugs)
  const found = pipelines.find((pipeline) => pipeline.slug === slug)
  tell(output, { output: printed, warnings: warnings.filter((warning) => found && warning.startsWith(found.file)) })
  for (const error of errors) if (error.slug === null) output.warn(`does not load: ${error.message}`)
  const wrong = errors.find((error) => error.slug === slug)
  if (wrong !== undefined) throw renderError(wrong)
  if (found === undefined) throw noPipeline()
  return { slug, name: found.name, ir: JSON.stringify(found.definition) }
}

async function choose(ask: Here['ask'], slugs: readonly string[]): Promise<string> {
  if (!ask.possible)
    throw new HmError(exits.render, 'pipeline_ambiguous', `there are several pipelines: ${slugs.join(', ')}`, {
      fix: `name one: hm run ${slugs[0]}; or set default_pipeline in .hm/config.toml`,
    })
  const options = slugs.map((value) => ({ value, label: value }))
  return ask.select({ message: 'Which pipeline?', options, flag: 'PIPELINE' })
}

function noPipeline(): HmError {
  return new HmError(exits.render, 'no_pipeline', 'the project has no pipeline', { fix: 'hm init' })
}

function renderError({ code, message }: Pick<EnvelopeError, 'code' | 'message'>): HmError {
  const isOwn = code === 'render_failed' || code === 'duplicate_slug'
  return new HmError(isOwn ? exits.render : exits.refused, code, message)
}

/** What its programs printed, and warnings, to stderr. */
export function tell(
  output: Here['output'],
  told: { readonly output: string; readonly warnings: readonly string[] },
): void {
  if (told.output !== '') output.say(told.output.replace(/\n$/, ''))
  for (const warning of told.warnings) output.warn(warning)
}
