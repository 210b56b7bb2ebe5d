import { writeFileSync } from 'node:fs'
import { clearTargetCache } from '@harmont/hm'
import { parsePlan } from '@harmont/ir'
import type { ChildPipeline, ChildResult } from '../child-result.ts'
import type { EnvelopeError } from '../envelope.ts'
import type { Arguments } from './arguments.ts'
import { type LoadedDefinition, loadDefinitions } from './definitions.ts'
import { explain, placeOfCall } from './explain.ts'

/**
 * Loads every file and evaluates each requested pipeline separately. `loaded` lists the project
 * files loaded so far.
 */
export async function evaluate({ project, wanted, out }: Arguments, loaded: readonly string[]): Promise<ChildResult> {
  // Records the current file for the parent process, because a file that never ends cannot report
  // itself.
  const begin = (file: string) => writeFileSync(`${out}.now`, file)
  const { definitions, failures } = await loadDefinitions(project, begin)
  const problem = (file: string, slug: string | null, error: unknown): EnvelopeError => {
    const { message, line } = explain(error, { project, file, loaded })
    return { file, slug, code: 'render_failed', message, line }
  }
  const errors = failures.map(({ file, error }) => problem(file, null, error))
  const pipelines: ChildPipeline[] = []
  for (const each of definitions) {
    const { slug } = each.definition
    if (typeof wanted === 'object' && slug !== wanted.slug) continue
    begin(each.file)
    try {
      pipelines.push(wanted === 'list' ? told(each) : { ...told(each), ...(await evaluated(each, project)) })
    } catch (error) {
      errors.push(problem(each.file, slug, error))
    }
  }
  return { pipelines, errors }
}

function told({ definition, file }: LoadedDefinition): ChildPipeline {
  const { slug, name, allowManual, triggers } = definition
  const shown = typeof name === 'string' ? name : slug
  return { slug, name: shown, allow_manual: allowManual !== false, triggers: triggers ?? [], file }
}

async function evaluated(
  each: LoadedDefinition,
  project: string,
): Promise<Pick<ChildPipeline, 'definition' | 'places'>> {
  const definition = await documentOf(each)
  // Serializes each document here, so that an unserializable value is an error of its pipeline.
  const isRight = parsePlan(JSON.stringify(definition)).ok
  return isRight ? { definition } : { definition, places: placesOf(definition, project) }
}

const call = Symbol.for('harmont.call')

/** Returns the place of each step of a document. */
function placesOf(document: object, project: string): (string | null)[] {
  const graph: unknown = Reflect.get(document, 'graph')
  const nodes: unknown = typeof graph === 'object' && graph !== null ? Reflect.get(graph, 'nodes') : undefined
  if (!Array.isArray(nodes)) return []
  return nodes.map((node: unknown) =>
    typeof node === 'object' && node !== null ? placeOfCall(Reflect.get(node, call), project) : null,
  )
}

async function documentOf({ definition }: LoadedDefinition): Promise<object> {
  const { slug, pipeline } = definition
  clearTargetCache()
  const document: unknown = typeof pipeline === 'function' ? await pipeline() : pipeline
  if (typeof document === 'object' && document !== null && JSON.stringify(document) !== undefined) return document
  throw new TypeError(
    `the pipeline ${JSON.stringify(slug)} returned ${String(document)}: expected the result of pipeline(). Return it.`,
  )
}
