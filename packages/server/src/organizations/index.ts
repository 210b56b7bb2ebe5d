/** The parts of organizations that other domains use. */
export {
  type DeletionServices,
  findOverdueOrganizations,
  removeOrganization,
  retireOrganization,
} from './lifecycle/delete-organization.ts'
export { findIdsBySlug, listStandings, lockOrganizationsOf } from './lifecycle/store.ts'
export { createOrganizationOf, createPersonalOrganization } from './lifecycle/write-organization.ts'
export { writePipeline } from './pipelines/create-pipeline.ts'
export { longestPipelineSlug } from './pipelines/pipeline-fields.ts'
export { presentPipeline } from './pipelines/present.ts'
export {
  pipelineNotFound,
  requireLivePipeline,
  requireManualBuilds,
  requirePipeline,
  requirePipelineCreation,
} from './pipelines/require-pipeline.ts'
export {
  findPipeline,
  findPipelineBySource,
  type PipelineRow,
  pipelineColumns,
  restoreDiscovered,
} from './pipelines/store.ts'
export { loginsOf } from './registries/set-registry.ts'
export { secretsOf } from './secrets/secrets-of.ts'
