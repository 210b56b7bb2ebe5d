import { CloudError } from '@harmont/cloud'
import { exits, HmError } from '../errors.ts'
import { slugFor } from '../project/project-name.ts'

/**
 * Returns another name for a pipeline whose slug is taken: `REPO-SLUG`, prefixed with the owner if
 * the repository and the slug have the same name.
 */
export function freeName(repository: string, slug: string): string {
  const [name = '', ...owners] = repository.split('/').toReversed()
  if (slugFor(name) !== slug) return `${name}-${slug}`
  return owners.length > 0 ? repository.replaceAll('/', '-') : `${slug}-2`
}

/**
 * Adds a fix to the error for a taken slug or a taken pipeline source. Returns any other error
 * unchanged.
 */
export function takenFailure(error: unknown, fix: string): unknown {
  const isTaken = error instanceof CloudError && ['pipeline_slug_taken', 'pipeline_source_taken'].includes(error.code)
  if (!isTaken) return error
  const { code, message, requestId } = error
  return new HmError(exits.refused, code, message, {
    fix,
    ...(requestId === undefined ? {} : { requestId }),
    cause: error,
  })
}
