/** Runners on other machines. What only these need is imported from its file, when one is there. */
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
