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
  findRunners,
  type ListedRunner,
  listRunners,
  revokeRunner,
} from './list-runners.ts'
export { RunnerRefused } from './refusals.ts'
export { answerStrangers } from './routes.ts'
export { secretsFor } from './runner-secrets.ts'
export { identifyRunner, type RunnerIdentity } from './tokens.ts'
