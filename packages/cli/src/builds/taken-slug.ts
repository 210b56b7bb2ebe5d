import { CloudError } from '@harmont/cloud'
import { exits, HmError } from '../errors.ts'
import { slugFor } from '../project/project-name.ts'

/**
 * Returns another name for a pipeline whose slug another project has: `REPO-SLUG`, with the owner
 * in front where the repository has the slug's name.
 */
export function freeName(repository: string, slug: string): string {
  const [name = '', ...owners] = repository.split('/').toReversed()
  if (slugFor(name) !== slug) return `${name}-${slug}`
  return owners.length > 0 ? repository.replaceAll('/', '-') : `${slug}-2`
}

/**
 * Adds the remedy to the failure where a slug, or its place in the repository, is taken. Returns
 * any other failure unchanged.
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
