import { join } from 'node:path'
import { parsePlan } from '@harmont/ir'
import { followed } from '../files/stat.ts'
import { type LoadedDefinition, loadDefinitions } from './definitions.ts'
import { explain } from './explain.ts'
import { evaluate } from './render.ts'
import { RenderError } from './render-error.ts'

/** All pipelines of a project (`sdk-cli.md` 1.7). */
export interface Envelope {
  readonly schema_version: '1'
  readonly pipelines: readonly EnvelopePipeline[]
  readonly errors: readonly EnvelopeError[]
}

export interface EnvelopePipeline {
  readonly slug: string
  readonly name: string
  readonly allow_manual: boolean
  /** As the file has them. */
  readonly triggers: unknown
  /** The IR, with cache keys. */
  readonly definition: unknown
  readonly file: string
}

export interface EnvelopeError {
  readonly file: string
  /** null: of the whole file. */
  readonly slug: string | null
  readonly code: string
  readonly message: string
  readonly line: number | null
}

/** Evaluates every pipeline of a project on its own; one that fails is among the errors, and the others count. */
export async function renderEnvelope(project: string, loaded: readonly string[]): Promise<Envelope> {
  // Most repositories have none, and nothing is wrong with them.
  if (followed(join(project, '.hm')) === undefined) return { schema_version: '1', pipelines: [], errors: [] }
  const { definitions, failures } = await loadDefinitions(project)
  const problem = (file: string, slug: string | null, error: unknown): EnvelopeError => {
    const placed = error instanceof RenderError ? error : new RenderError(file, error)
    const message = explain(placed, project, loaded)
    const line = /^[^\n]*?:(\d+): /.exec(message)?.[1]
    return { file, slug, code: 'render_failed', message, line: line === undefined ? null : Number(line) }
  }
  const errors = failures.map(({ file, error }) => problem(file, null, error))
  const pipelines: EnvelopePipeline[] = []
  for (const [slug, [first, second]] of bySlug(definitions)) {
    if (first === undefined) continue
    const { definition, file } = first
    if (second !== undefined) {
      const message = `${second.file}: duplicate_slug: ${JSON.stringify(slug)} is defined in ${file} too. Rename one of the two.`
      errors.push({ file: second.file, slug, code: 'duplicate_slug', message, line: null })
      continue
    }
    try {
      const { json } = await evaluate(project, first)
      const plan = parsePlan(json)
      if (!plan.ok) errors.push({ file, slug, code: plan.error.code, message: plan.error.message, line: null })
      else
        pipelines.push({
          slug,
          name: typeof definition.name === 'string' ? definition.name : slug,
          allow_manual: definition.allowManual !== false,
          triggers: definition.triggers ?? [],
          definition: JSON.parse(json),
          file,
        })
    } catch (error) {
      errors.push(problem(file, slug, error))
    }
  }
  return { schema_version: '1', pipelines, errors }
}

function bySlug(definitions: readonly LoadedDefinition[]): ReadonlyMap<string, readonly LoadedDefinition[]> {
  return Map.groupBy(definitions, ({ definition }) => definition.slug)
}
