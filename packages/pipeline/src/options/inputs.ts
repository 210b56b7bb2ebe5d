import { nearestCommand } from '../brand.ts'
import { type Input, isStep, type Step } from '../step.ts'
import { booleanOf, oneOrListOf, optionsOf, wrongUse } from '../wrong-use.ts'
import { relativePathOf } from './relative-path.ts'

/** Options for files that a step gets from another step. */
export interface InputOptions {
  /** The directory below which the files keep their paths, relative to the workspace. */
  readonly into?: string
  /** Whether the files may be missing; otherwise the step fails with `input_missing`. */
  readonly optional?: boolean
}

/**
 * Names files of another step for the option `inputs`. The step that gets the files waits for the
 * other step. The files keep their paths, below the directory `into` if it is given.
 */
export function filesFrom(step: Step, path: string, into?: string | InputOptions): Input {
  const options = into === undefined ? {} : typeof into === 'string' ? { into } : optionsOf('filesFrom', into, OPTIONS)
  return inputOf('filesFrom', { from: step, path, ...options })
}

const OPTIONS = ['into', 'optional']

export function inputsOf(where: string, value: unknown): readonly Input[] {
  return oneOrListOf(where, value, (entry) => inputOf(where, entry))
}

function inputOf(where: string, value: unknown): Input {
  const { from, path, into, optional } = optionsOf(where, value, ['from', 'path', ...OPTIONS])
  return Object.freeze({
    from: commandOf(`${where}, from`, from),
    path: relativePathOf(`${where}, path`, path),
    ...(into !== undefined && { into: relativePathOf(`${where}, into`, into) }),
    ...(optional !== undefined && booleanOf(`${where}, optional`, optional) && { optional: true as const }),
  })
}

/** Reads a step with a command, or with an ancestor that has one. */
export function commandOf(where: string, value: unknown): Step {
  if (isStep(value) && nearestCommand(value) !== null) return value
  throw wrongUse(where, 'a step with a command', value, 'Pass the result of sh().')
}
