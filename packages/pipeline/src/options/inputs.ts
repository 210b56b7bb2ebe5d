import { nearestCommand } from '../brand.ts'
import { type Input, isStep, type Step } from '../step.ts'
import { booleanOf, oneOrListOf, optionsOf, wrongUse } from '../wrong-use.ts'
import { relativePathOf } from './relative-path.ts'

/** How files of another step come to the one that gets them. */
export interface InputOptions {
  /** The directory below which they keep their paths, relative to the workspace. */
  readonly into?: string
  /** Whether there may be none; otherwise the step fails with `input_missing`. */
  readonly optional?: boolean
}

/**
 * Names files of another step for the option `inputs`. The step that gets them waits for it. They
 * keep their paths, below the directory `into` when it is given.
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

/** Reads a step that has a command, or whose files come from one that has. */
export function commandOf(where: string, value: unknown): Step {
  if (isStep(value) && nearestCommand(value) !== null) return value
  throw wrongUse(where, 'a step with a command', value, 'Pass the result of sh().')
}
