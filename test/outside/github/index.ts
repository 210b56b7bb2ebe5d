/** Parts of the GitHub double for tests. */

export type { Misbehaviour } from '../misbehaviour.ts'
export { objectAt } from './json.ts'
export { type Github, startGithub } from './start-github.ts'
export type { Delivery } from './webhooks.ts'
export type { CheckRun, Repository } from './world.ts'
