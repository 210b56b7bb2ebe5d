import { accountSpecs } from './account.ts'
import { cloudSpecs } from './cloud.ts'
import { inspectSpecs } from './inspect.ts'
import { ownSpecs } from './own.ts'
import { projectSpecs, runSpecs } from './run.ts'
import type { CommandSpec } from './spec.ts'

/** All commands by their words. */
export const specs = {
  ...projectSpecs,
  ...runSpecs,
  ...inspectSpecs,
  ...accountSpecs,
  ...cloudSpecs,
  ...ownSpecs,
} as const

export type CommandName = keyof typeof specs

export interface Command {
  readonly name: CommandName
  readonly spec: CommandSpec
}

export const commands: readonly Command[] = Object.entries(specs).map(([name, spec]) => ({
  name: name as CommandName,
  spec,
}))
