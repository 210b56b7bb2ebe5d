import type { EnvelopeError, ListedPipeline } from './envelope.ts'

/** The output of a child, in either language. */
export interface ChildResult {
  readonly pipelines: readonly ChildPipeline[]
  readonly errors: readonly EnvelopeError[]
}

export interface ChildPipeline extends ListedPipeline {
  /** The IR without cache keys; absent if not requested. */
  readonly definition?: unknown
  /**
   * The place of each step's call, as `.hm/ci.ts:12`; null if unknown. Absent from a list of
   * declarations.
   */
  readonly places?: unknown
}

/**
 * Parses and validates the result. Returns undefined for invalid data, because a project's programs
 * can write to the file too.
 */
export function parseChildResult(text: string): ChildResult | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined // what is no JSON is no result
  }
  return isResult(value) ? value : undefined
}

function isResult(value: unknown): value is ChildResult {
  if (typeof value !== 'object' || value === null || !('pipelines' in value) || !('errors' in value)) return false
  const { pipelines, errors } = value
  return (
    Array.isArray(pipelines) &&
    Array.isArray(errors) &&
    pipelines.every((each) => ['slug', 'name', 'file'].every((name) => typeof memberOf(each, name) === 'string')) &&
    pipelines.every((each) => typeof memberOf(each, 'allow_manual') === 'boolean') &&
    errors.every((each) => ['code', 'message', 'file'].every((name) => typeof memberOf(each, name) === 'string'))
  )
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
