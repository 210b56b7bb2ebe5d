import { compareText } from '@harmont/ir'
import type { ChildPipeline } from './child-result.ts'
import { describeProblems } from './describe-problems.ts'
import type { Envelope, EnvelopeError, EnvelopePipeline } from './envelope.ts'
import { type Keys, keyDocument, keysOf } from './key-document.ts'
import { gather } from './list-pipelines.ts'
import type { KeyedRenderOptions } from './render-options.ts'

export interface RenderedEvery {
  readonly envelope: Envelope
  /** The places of each pipeline's steps, by slug, for `describeProblems`. */
  readonly places: ReadonlyMap<string, unknown>
  /** Warnings for the author, each beginning with the file. */
  readonly warnings: readonly string[]
  /** The programs' output, both streams interleaved as received. */
  readonly output: string
}

/**
 * Evaluates every pipeline of a project separately. Pipelines that fail or cannot be planned are
 * listed as errors and do not affect the others. Rejects with SourceError if the files cannot be
 * read, and with the reason of the signal.
 */
export async function renderEvery(options: KeyedRenderOptions): Promise<RenderedEvery> {
  const gathered = await gather(options, 'all')
  const keys = keysOf(options)
  const errors: EnvelopeError[] = [...gathered.errors]
  const pipelines: EnvelopePipeline[] = []
  const warnings: string[] = [...gathered.notes]
  for (const each of gathered.pipelines) {
    const { pipeline, error, told } = await keyPipeline(each, keys)
    if (pipeline !== null) pipelines.push(pipeline)
    if (error !== null) errors.push(error)
    warnings.push(...told.map((warning) => `${each.file}: ${warning}`))
  }
  errors.sort((a, b) => compareText(a.file, b.file))
  const places = new Map(gathered.pipelines.map((each) => [each.slug, each.places]))
  return { envelope: { schema_version: '1', pipelines, errors }, places, warnings, output: gathered.output }
}

async function keyPipeline(child: ChildPipeline, keys: Keys) {
  const { slug, name, allow_manual, triggers, file } = child
  const refused = (code: string, message: string): EnvelopeError => ({ file, slug, code, message, line: null })
  try {
    const { json, warnings, problem } = await keyDocument(child.definition, slug, keys)
    if (problem !== null) {
      const origin = { file, document: child.definition, places: child.places }
      return { pipeline: null, told: [], error: refused(problem.code, describeProblems(problem, origin)) }
    }
    const pipeline = { slug, name, allow_manual, triggers, definition: JSON.parse(json), file }
    return { pipeline, told: warnings, error: null }
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('bad_path')) throw error
    return { pipeline: null, told: [], error: refused('render_failed', `${file}: ${error.message}`) }
  }
}
