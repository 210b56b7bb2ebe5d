import { type EnvOptions, envOf } from '../options/env.ts'
import type { Step, StepOptions } from '../step.ts'
import { STEP_OPTIONS } from '../step-options.ts'
import { membersOf, onlyKnown } from '../wrong-use.ts'
import type { Reader } from './option-readers.ts'

/** Options of an action for its step: everything but the directory, which is the toolchain's. */
export type ActionOptions = Omit<StepOptions, 'cwd'>

type Readers = Readonly<Record<string, Reader<unknown>>>
type Values<R extends Readers> = { readonly [Name in keyof R]: R[Name] extends Reader<infer T> ? T : never }

/** The options of an entry, each read by its reader. Any other option is an error. */
export function readOptions<R extends Readers>(where: string, options: object, readers: R): Values<R> {
  membersOf(where, options)
  onlyKnown(where, options, Object.keys(readers))
  return valuesOf(where, options, readers)
}

/** The options of an action: its own, each read by its reader, and those of its step. */
export function readAction<R extends Readers>(
  where: string,
  options: object,
  readers: R,
): { readonly own: Values<R>; readonly step: ActionOptions } {
  membersOf(where, options)
  onlyKnown(where, options, [...Object.keys(readers), ...STEP_OPTIONS.filter((name) => name !== 'cwd')])
  const step = Object.entries(options).filter(([name]) => !(name in readers))
  return { own: valuesOf(where, options, readers), step: Object.fromEntries(step) }
}

function valuesOf<R extends Readers>(where: string, options: object, readers: R): Values<R> {
  const entries = Object.entries(readers).map(([name, read]) => [
    name,
    read(`${where}, ${name}`, Reflect.get(options, name)),
  ])
  return Object.freeze(Object.fromEntries(entries))
}

/** Defaults of an action for its step, below the caller's options. */
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
