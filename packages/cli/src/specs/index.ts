import { accountSpecs } from './account.ts'
import { cloudSpecs } from './cloud.ts'
import { inspectSpecs } from './inspect.ts'
import { ownSpecs } from './own.ts'
import { projectSpecs } from './project.ts'
import { runSpecs } from './run.ts'

/** Every command by its words. One is only there for users once `commands.ts` lists it. */
export const specs = {
  ...projectSpecs,
  ...runSpecs,
  ...inspectSpecs,
  ...accountSpecs,
  ...cloudSpecs,
  ...ownSpecs,
} as const

export type CommandName = keyof typeof specs
