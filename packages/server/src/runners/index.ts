/** Runners on other machines. Code that only they need is imported lazily from its own file. */
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
