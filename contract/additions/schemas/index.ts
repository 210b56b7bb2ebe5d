import type { JsonSchema } from '../../src/document.ts'
import { authMembers, authSchemas } from './auth.ts'
import { billingMembers, billingSchemas } from './billing.ts'
import { buildMembers, buildSchemas } from './builds.ts'
import { eventSchemas } from './events.ts'
import { integrationMembers, integrationSchemas } from './integrations.ts'
import { logSchemas } from './logs.ts'
import { organizationMembers, organizationSchemas } from './organizations.ts'
import { pipelineMembers, pipelineSchemas } from './pipelines.ts'
import { shellSchemas } from './shells.ts'
import { systemMembers, systemSchemas } from './system.ts'
import { userMembers, userSchemas } from './user.ts'

export { type DerivedSchema, derivedSchemas } from './build-views.ts'
export { addedErrorMembers } from './system.ts'

/** Optional members laid over given schemas, by schema name. None of them is ever required. */
export const addedMembers: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  ...authMembers,
  ...userMembers,
  ...organizationMembers,
  ...pipelineMembers,
  ...buildMembers,
  ...integrationMembers,
  ...billingMembers,
  ...systemMembers,
}

/** Schemas that added operations need, by name. */
export const addedSchemas: Readonly<Record<string, JsonSchema>> = {
  ...authSchemas,
  ...userSchemas,
  ...organizationSchemas,
  ...pipelineSchemas,
  ...buildSchemas,
  ...logSchemas,
  ...eventSchemas,
  ...shellSchemas,
  ...integrationSchemas,
  ...billingSchemas,
  ...systemSchemas,
}
