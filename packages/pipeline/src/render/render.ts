import { type IrDocument, parsePlan, withCacheKeys } from '@harmont/ir'
import { digestsBelow } from '../files/digest.ts'
import { type LoadedDefinition, type LoadFailure, loadDefinitions } from './definitions.ts'
import { RenderError } from './render-error.ts'

export interface Rendered {
  /** The IR's JSON with cache keys. */
  readonly json: string
  /** Sentences for the author. */
  readonly warnings: readonly string[]
  /** Files that were not needed and do not load. */
  readonly failures: readonly LoadFailure[]
}

/** Evaluates the one pipeline of a project that has this slug, and no other. */
export async function render(project: string, slug: string): Promise<Rendered> {
  const { definitions, failures } = await loadDefinitions(project)
  return { ...(await evaluate(project, pick(definitions, failures, slug))), failures }
}

/** Evaluates one definition. Throws a RenderError. */
export async function evaluate(
  project: string,
  { definition, file }: LoadedDefinition,
): Promise<Omit<Rendered, 'failures'>> {
  let document: unknown
  try {
    document = typeof definition.pipeline === 'function' ? await definition.pipeline() : definition.pipeline
  } catch (error) {
    throw new RenderError(file, error)
  }
  const warnings: string[] = []
  return { json: keyed(document, { project, slug: definition.slug, file, warnings }), warnings }
}

function pick(
  definitions: readonly LoadedDefinition[],
  failures: readonly LoadFailure[],
  slug: string,
): LoadedDefinition {
  const [found, other] = definitions.filter((loaded) => loaded.definition.slug === slug)
  if (found !== undefined && other !== undefined) {
    throw new RenderError(
      other.file,
      new Error(`duplicate_slug: ${JSON.stringify(slug)} is defined in ${found.file} too. Rename one of the two.`),
    )
  }
  if (found !== undefined) return found
  const [failure] = failures
  if (failure !== undefined) throw new RenderError(failure.file, failure.error)
  const slugs = definitions.map((loaded) => loaded.definition.slug)
  const known = slugs.length === 0 ? 'There are no pipelines in .hm/.' : `There are: ${slugs.join(', ')}.`
  throw new RenderError('.hm', new Error(`no pipeline has the slug ${JSON.stringify(slug)}. ${known}`))
}

function keyed(
  document: unknown,
  { project, slug, file, warnings }: { project: string; slug: string; file: string; warnings: string[] },
): string {
  const text = JSON.stringify(document)
  if (typeof document !== 'object' || document === null || text === undefined) {
    throw new RenderError(
      file,
      new TypeError(
        `the pipeline ${JSON.stringify(slug)} gave ${String(document)}: expected what pipeline() gives. Return it.`,
      ),
    )
  }
  // A document that does not plan is handed on as it is: whoever reads it says what is wrong, with its code.
  if (!parsePlan(text).ok) return text
  if (!isGraphForm(document)) {
    warnings.push(
      `${file}: cache keys are resolved for pipelines made by pipeline() only; steps without a key of their own always run.`,
    )
    return text
  }
  const onNothing = (paths: readonly string[]) =>
    warnings.push(`${file}: onChange(${paths.map((path) => JSON.stringify(path)).join(', ')}) matches no file.`)
  const digests = digestsBelow(project, onNothing)
  const org = process.env.HM_PIPELINE_ORG || 'default'
  return JSON.stringify(
    withCacheKeys(document, { org, slug, now: Math.floor(Date.now() / 1000), env: process.env, digests }),
  )
}

function isGraphForm(document: object): document is IrDocument {
  return 'graph' in document && typeof document.graph === 'object' && document.graph !== null
}
