import type { PipelineDefinition } from './definition.ts'
import { type CacheKeyOptions, keyedGraph } from './lowering/resolve-keys.ts'
import type { PipelineIR } from './pipeline.ts'
import { clearTargetCache } from './target.ts'
import { booleanOf, listOf, misuse, optionsOf, textOf, wrongUse } from './wrong-use.ts'

const SLUG = /^[a-z][a-z0-9-]{0,63}$/

/** The inputs of cache keys besides the pipelines. Without `basePath`, no keys are computed. */
export type RenderOptions = Omit<CacheKeyOptions, 'pipelineSlug'>

/**
 * Returns the envelope of pipelines (`ir.md` 1.7) as JSON, for a program that renders without
 * `hm`. With `basePath`, it includes the cache keys, from the files below that directory. The
 * caller must await a pipeline that is an asynchronous function:
 * `{ ...definition, pipeline: await definition.pipeline() }`.
 */
export function renderEnvelope(
  definitions: PipelineDefinition | readonly PipelineDefinition[],
  options: RenderOptions = {},
): string {
  const where = 'renderEnvelope'
  const { basePath } = optionsOf(where, options, ['basePath', 'pipelineOrg', 'now', 'env'])
  const slugs = new Set<string>()
  const pipelines: object[] = []
  for (const definition of listOf(where, [definitions].flat(), definitionOf)) {
    const { slug, name, allowManual, triggers, pipeline } = definition
    if (slugs.has(slug)) throw misuse(where, `one pipeline with the slug "${slug}"`, 'two', 'Rename one of the two.')
    slugs.add(slug)
    clearTargetCache()
    const document = documentOf(slug, typeof pipeline === 'function' ? pipeline() : pipeline)
    pipelines.push({
      slug,
      name: name ?? slug,
      allow_manual: allowManual ?? true,
      triggers: triggers ?? [],
      definition: basePath === undefined ? document : keyedGraph(where, document, { ...options, pipelineSlug: slug }),
    })
  }
  return JSON.stringify({ schema_version: '1', pipelines })
}

function definitionOf(value: unknown): PipelineDefinition {
  const where = 'renderEnvelope'
  if (isDefinition(value)) {
    const { slug, name, allowManual, triggers } = value
    if (!SLUG.test(slug)) throw wrongUse(`${where}, slug`, `a slug like ${SLUG.source}`, slug, 'Rename the pipeline.')
    if (name !== undefined) textOf(`${where}, name`, name, 'Give a name, or none.', 255)
    if (allowManual !== undefined) booleanOf(`${where}, allowManual`, allowManual)
    if (triggers !== undefined) listOf(`${where}, triggers`, triggers, (trigger) => trigger, 100)
    return value
  }
  throw wrongUse(where, 'pipelines of the form { slug, pipeline }', value, 'Pass the exports of a pipeline file.')
}

function isDefinition(value: unknown): value is PipelineDefinition {
  if (typeof value !== 'object' || value === null || !('slug' in value) || !('pipeline' in value)) return false
  const { slug, pipeline } = value
  return typeof slug === 'string' && (typeof pipeline === 'function' || typeof pipeline === 'object')
}

function documentOf(slug: string, value: PipelineIR | Promise<PipelineIR>): PipelineIR {
  if (value instanceof Promise)
    throw misuse(
      `renderEnvelope, ${slug}`,
      'the result of pipeline()',
      'a promise',
      'Await the function, and pass its result.',
    )
  if (Array.isArray(value?.graph?.nodes)) return value
  throw wrongUse(`renderEnvelope, ${slug}`, 'the result of pipeline()', value, 'Return it.')
}
