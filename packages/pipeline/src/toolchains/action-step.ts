import { type EnvOptions, envOf } from '../options/env.ts'
import type { Step } from '../step.ts'
import type { ActionOptions } from './read-options.ts'

/** What an action says of its step before the caller does. */
export interface ActionDefaults {
  readonly label: string
  /** Variables of the tool; the caller's are laid over them. */
  readonly env?: EnvOptions
}

/** A command of a toolchain as a step: the caller's options over the action's own. */
export function actionStep(from: Step, command: string, defaults: ActionDefaults, options: ActionOptions): Step {
  const env = { ...defaults.env, ...envOf('sh, env', options.env ?? {}) }
  return from.sh(command, {
    ...options,
    label: options.label ?? defaults.label,
    ...(Object.keys(env).length > 0 && { env }),
  })
}
