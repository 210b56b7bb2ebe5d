import type { ChildPipeline } from './child-result.ts'
import { duplicateMessage, duplicates } from './duplicates.ts'
import type { EnvelopeError } from './envelope.ts'
import { keyDocument, keysOf } from './key-document.ts'
import { listPipelines } from './list-pipelines.ts'
import type { KeyedRenderOptions } from './render-options.ts'
import type { Rendered, RenderFailure } from './rendered.ts'
import { type Gathered, runLanguages } from './run-languages.ts'

/**
 * Evaluates only the pipeline of a project with the given slug, in either language (`render.md` 1).
 * Rejects with SourceError if the files cannot be read, and with the reason of the signal.
 */
export async function renderPipeline(
  options: KeyedRenderOptions & { readonly slug: string },
): Promise<Rendered | RenderFailure> {
  const { slug } = options
  const gathered = await runLanguages(options, { slug })
  if (gathered === null) {
    const message = '.hm: the project has no .hm directory. Create one with a pipeline file in it.'
    return { ...failure, message, file: null, line: null, output: '' }
  }
  const { output, errors, notes } = gathered
  const found = choose(gathered, slug)
  if (found === null) return { ...(await notFound(options, errors)), output }
  if (!('pipeline' in found)) return { ...found, output }
  const { pipeline } = found
  try {
    const { json, warnings } = await keyDocument(pipeline.definition, slug, keysOf(options))
    const unloaded = errors.map(({ message }) => `does not load: ${message}`)
    return {
      ok: true,
      slug,
      name: pipeline.name,
      json,
      document: JSON.parse(json),
      file: pipeline.file,
      places: pipeline.places,
      warnings: [
        ...unloaded,
        ...notes.filter((note) => note.startsWith(`${pipeline.file}: `)),
        ...warnings.map((warning) => `${pipeline.file}: ${warning}`),
      ],
      output,
    }
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('bad_path')) throw error
    return { ...failure, message: `${pipeline.file}: ${error.message}`, file: pipeline.file, line: null, output }
  }
}

type Unfound = Omit<RenderFailure, 'output'>

const failure = { ok: false, code: 'render_failed' } as const

/** Returns the pipeline of a slug or its error; null if no loaded file defines it. */
function choose({ pipelines, errors }: Gathered, slug: string): { readonly pipeline: ChildPipeline } | Unfound | null {
  const named = [...pipelines, ...errors].filter((each) => each.slug === slug)
  const clash = duplicates(named).get(slug)
  if (clash !== undefined)
    return { ok: false, code: 'duplicate_slug', message: duplicateMessage(slug, clash), file: clash[1], line: null }
  const wrong = errors.find((error) => error.slug === slug)
  if (wrong !== undefined) return asFailure(wrong)
  const pipeline = pipelines.find((each) => each.slug === slug)
  return pipeline === undefined ? null : { pipeline }
}

/**
 * Explains a missing slug by a file that failed to load and may define it, or else by the list of
 * existing slugs.
 */
async function notFound(
  options: KeyedRenderOptions & { readonly slug: string },
  errors: readonly EnvelopeError[],
): Promise<Unfound> {
  const [first] = errors
  if (first !== undefined) return asFailure(first)
  const { pipelines } = await listPipelines(options)
  const slugs = pipelines.map(({ slug }) => slug)
  const known = slugs.length === 0 ? 'There are no pipelines in .hm/.' : `There are: ${slugs.join(', ')}.`
  const message = `.hm: no pipeline has the slug ${JSON.stringify(options.slug)}. ${known}`
  return { ...failure, message, file: null, line: null, slugs }
}

function asFailure({ code, message, file, line }: EnvelopeError): Unfound {
  return { ok: false, code, message, file, line }
}
