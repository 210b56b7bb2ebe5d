import { nearestCommand } from '../brand.ts'
import { type Input, isStep, type Step } from '../step.ts'
import { oneOrListOf, optionsOf, wrongUse } from '../wrong-use.ts'
import { relativePathOf } from './relative-path.ts'

/** Names files of another step for the option `inputs`. The step that gets them waits for it. */
export function filesFrom(step: Step, path: string, into?: string): Input {
  return inputOf('filesFrom', { from: step, path, ...(into !== undefined && { into }) })
}

export function inputsOf(where: string, value: unknown): readonly Input[] {
  return oneOrListOf(where, value, (entry) => inputOf(where, entry))
}

function inputOf(where: string, value: unknown): Input {
  const { from, path, into } = optionsOf(where, value, ['from', 'path', 'into'])
  return Object.freeze({
    from: commandOf(`${where}, from`, from),
    path: relativePathOf(`${where}, path`, path),
    ...(into !== undefined && { into: relativePathOf(`${where}, into`, into) }),
  })
}

/** Reads a step that has a command, or whose files come from one that has. */
export function commandOf(where: string, value: unknown): Step {
  if (isStep(value) && nearestCommand(value) !== null) return value
  throw wrongUse(where, 'a step with a command', value, 'Pass the result of sh().')
}
