import { CloudError } from '@harmont/cloud'
import { exits, HmError } from '../errors.ts'
import { slugFor } from '../project/project-name.ts'

/**
 * Another name for a pipeline whose slug another project has: `REPO-SLUG`, with the owner too where
 * the repository is called as the slug.
 */
export function freeName(repository: string, slug: string): string {
  const [name = '', ...owners] = repository.split('/').toReversed()
  if (slugFor(name) !== slug) return `${name}-${slug}`
  return owners.length > 0 ? repository.replaceAll('/', '-') : `${slug}-2`
}

/**
 * The failure with what settles it, where a pipeline could not be made because its slug, or its
 * place in its repository, is taken; else as it is.
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
