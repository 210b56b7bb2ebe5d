/**
 * Runners on other machines. Code that only these need is imported from its own file, once one is
 * there.
 */
export {
  createRunnerKey,
  findOrganizations,
  listRunnerKeys,
  type NewRunnerKey,
  type RunnerKey,
  revokeRunnerKey,
} from './keys.ts'
export {
  drainRunner,
  findRunnerNames,
  findRunners,
  type ListedRunner,
  listRunners,
  resumeRunner,
  revokeRunner,
  stateOfRunner,
} from './list-runners.ts'
export type { FleetServices } from './read-fleet.ts'
