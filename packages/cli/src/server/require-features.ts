import { CloudError } from '@harmont/cloud'
import { featuresOf, type Plan } from '@harmont/ir'
import { exits, HmError } from '../errors.ts'
import type { Session } from './session.ts'

/**
 * Throws exit 7 if a plan uses a member of steps that the server does not know. Such a server would
 * run the steps and ignore their restrictions.
 */
export async function requireFeatures(
  { client, apiUrl }: Pick<Session, 'client' | 'apiUrl'>,
  plan: Plan,
  signal: AbortSignal,
): Promise<void> {
  const needed = featuresOf(plan)
  // Most pipelines use no such member and need no request.
  if (needed.length === 0) return
  const config = await client.getAuthConfig({}, { signal }).catch((error: unknown) => {
    if (error instanceof CloudError && error.isUnknownOperation) return null
    throw error
  })
  const missing = needed.filter((feature) => !config?.features?.includes(feature))
  if (missing.length === 0) return
  const members = missing.join(' and ')
  throw new HmError(exits.refused, 'feature_missing', `the server at ${apiUrl} is too old for ${members} of steps`, {
    fix: `update the server, or remove ${members} from the pipeline`,
  })
}
