import { type EnvOptions, envOf } from '../options/env.ts'
import type { Step, StepOptions } from '../step.ts'
import { STEP_OPTIONS } from '../step-options.ts'
import { membersOf, onlyKnown } from '../wrong-use.ts'
import type { Reader } from './option-readers.ts'

/**
 * Options of an action for its step: all step options except the directory, which the toolchain
 * sets.
 */
export type ActionOptions = Omit<StepOptions, 'cwd'>

type Readers = Readonly<Record<string, Reader<unknown>>>
type Values<R extends Readers> = { readonly [Name in keyof R]: R[Name] extends Reader<infer T> ? T : never }

/**
 * Reads the options of a toolchain function, each with its reader. Any other option is an error.
 */
export function readOptions<R extends Readers>(where: string, options: object, readers: R): Values<R> {
  membersOf(where, options)
  onlyKnown(where, options, Object.keys(readers))
  return valuesOf(where, options, readers)
}

/** Reads the options of an action: its own, each with its reader, and those of its step. */
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

/** Defaults of an action for its step; the caller's options override them. */
export interface ActionDefaults {
  readonly label: string
  /** The tool's variables; the caller's override them. */
  readonly env?: EnvOptions
}

/** Returns a toolchain's command as a step; the caller's options override the action's own. */
export function actionStep(from: Step, command: string, defaults: ActionDefaults, options: ActionOptions): Step {
  const env = { ...defaults.env, ...envOf('sh, env', options.env ?? {}) }
  return from.sh(command, {
    ...options,
    label: options.label ?? defaults.label,
    ...(Object.keys(env).length > 0 && { env }),
  })
}
