import type { AddedOperation } from '../operation.ts'
import { authOperations } from './auth.ts'
import { billingOperations } from './billing.ts'
import { buildsOperations } from './builds.ts'
import { integrationsOperations } from './integrations.ts'
import { organizationsOperations } from './organizations.ts'
import { pipelinesOperations } from './pipelines.ts'
import { systemOperations } from './system.ts'
import { userOperations } from './user.ts'

/** Every operation that the given document lacks. */
export const addedOperations: readonly AddedOperation[] = [
  ...authOperations,
  ...userOperations,
  ...organizationsOperations,
  ...pipelinesOperations,
  ...buildsOperations,
  ...integrationsOperations,
  ...billingOperations,
  ...systemOperations,
]
