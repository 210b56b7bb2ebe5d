/** Runners on other machines: who they are, and what they may do. */
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
export { type FleetServices, markOfFleet } from './read-fleet.ts'
export { RunnerRefused } from './refusals.ts'
export { answerStrangers } from './routes.ts'
export { idTokensFor, secretsFor } from './runner-secrets.ts'
export { identifyRunner, type RunnerIdentity } from './tokens.ts'
