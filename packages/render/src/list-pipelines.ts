import { duplicateMessage, duplicates } from './duplicates.ts'
import type { EnvelopeError, ListedPipeline } from './envelope.ts'
import type { RenderOptions } from './render-options.ts'
import { type Gathered, runLanguages, type Wanted } from './run-languages.ts'

export interface Listed {
  readonly pipelines: readonly ListedPipeline[]
  readonly errors: readonly EnvelopeError[]
  /** The programs' output, both streams interleaved as received. */
  readonly output: string
}

/**
 * Loads the pipeline files of a project and lists their pipelines without evaluating any. Returns
 * an empty result without a directory `.hm`. Rejects with the reason of the signal.
 */
export async function listPipelines(options: RenderOptions): Promise<Listed> {
  const { pipelines, errors, output } = await gather(options, 'list')
  return { pipelines, errors, output }
}

/**
 * Loads the files and evaluates the wanted pipelines. A duplicate slug is an error, and neither of
 * the two counts as a pipeline.
 */
export async function gather(options: RenderOptions, wanted: Wanted): Promise<Gathered> {
  const gathered = await runLanguages(options, wanted)
  if (gathered === null) return { pipelines: [], errors: [], notes: [], output: '' }
  const { pipelines, errors, notes, output } = gathered
  const clashes = duplicates([...pipelines, ...errors])
  const isClear = ({ slug }: { readonly slug: string | null }) => slug === null || !clashes.has(slug)
  const clashed = [...clashes].map(([slug, files]) => ({
    file: files[1],
    slug,
    code: 'duplicate_slug',
    message: duplicateMessage(slug, files),
    line: null,
  }))
  return { pipelines: pipelines.filter(isClear), errors: [...errors.filter(isClear), ...clashed], notes, output }
}
