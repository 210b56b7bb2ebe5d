import { BRAND } from './brand.ts'
import { type Duration, seconds as durationSeconds, MAX_TIMEOUT } from './duration.ts'
import { inDirectory } from './quote.ts'
import { scopeFields } from './scope-fields.ts'
import { APPENDED, type Appended, type CommandFields, isStep, type Step, type StepOptions, type Wait } from './step.ts'
import { commandFields } from './step-options.ts'
import { booleanOf, grouped, misuse, nameOf, optionsOf, textOf, wrongUse } from './wrong-use.ts'

interface StepShape {
  readonly parent: Step | null
  readonly image?: string | undefined
  readonly command?: string | undefined
  readonly fields?: CommandFields
}

/**
 * Holds the stack of the call that made each step with a command. An error is cheap until its
 * stack is read.
 */
const madeAt = new WeakMap<Step, Error>()

/** Returns the call that made a step with a command. */
export function callOf(step: Step): Error | undefined {
  return madeAt.get(step)
}

class StepNode implements Step {
  readonly [BRAND] = 'step'
  readonly parent: Step | null
  readonly image: string | undefined
  readonly command: string | undefined
  readonly fields: CommandFields

  constructor({ parent, image, command, fields = {} }: StepShape) {
    this.parent = parent
    this.image = image
    this.command = command
    this.fields = fields
    if (command !== undefined) madeAt.set(this, new Error())
    Object.freeze(this)
  }

  sh(command: string, options: StepOptions = {}): Step {
    return commandStep(this, command, options)
  }

  fork(options: { readonly label?: string } = {}): Step {
    const { label } = optionsOf('fork', options, ['label'])
    if (label !== undefined) textOf('fork, label', label, 'Give a label, or none.', 255)
    return new StepNode({ parent: this })
  }

  appended(): Appended {
    if (this.fields.append !== undefined) return Object.freeze({ [APPENDED]: this })
    throw misuse('appended', 'a step with the option append', 'a step without it', 'Give the step append: {}.')
  }
}

/** Starts a chain, from an image when given. Runs nothing itself. */
export function scratch(options: { readonly image?: string | undefined } = {}): Step {
  const { image } = optionsOf('scratch', options, ['image'])
  return new StepNode({
    parent: null,
    image: image === undefined ? undefined : nameOf('scratch, image', image, 'Name an image.', 512),
  })
}

/** Runs a command in a file system of its own. */
export function sh(command: string, options: StepOptions = {}): Step {
  return commandStep(null, command, options)
}

/**
 * Blocks later leaves until all earlier ones have passed; with `continueOnFailure`, until they
 * have ended.
 */
export function wait(options: { readonly continueOnFailure?: boolean } = {}): Wait {
  const { continueOnFailure } = optionsOf('wait', options, ['continueOnFailure'])
  return Object.freeze({
    [BRAND]: 'wait' as const,
    continueOnFailure: booleanOf('wait, continueOnFailure', continueOnFailure ?? false),
  })
}

/**
 * Returns a copy of the step with this time limit per attempt, which replaces an earlier one. The
 * step itself is unchanged.
 */
export function timeout(duration: Duration, step: Step): Step {
  const timeoutSeconds = durationSeconds('timeout', duration, MAX_TIMEOUT)
  if (!isStep(step) || step.command === undefined)
    throw wrongUse('timeout', 'a step with a command', step, 'Pass the result of sh().')
  const { parent, image, command, fields } = step
  return new StepNode({ parent, image, command, fields: Object.freeze({ ...fields, timeoutSeconds }) })
}

const MAX_COMMAND = 1024 * 1024

function commandStep(parent: Step | null, command: unknown, options: StepOptions): Step {
  const text = textOf('sh', command, 'Give the step a command.')
  const fields = commandFields(options)
  const { cwd } = options
  const directory = cwd === undefined ? undefined : textOf('sh, cwd', cwd, 'Name a directory, or omit cwd.')
  const whole = directory === undefined ? text : inDirectory(directory, text)
  const size = Buffer.byteLength(whole)
  if (size > MAX_COMMAND)
    throw misuse('sh', `a command of at most ${grouped(MAX_COMMAND)} bytes`, grouped(size), 'Put the script in a file.')
  return new StepNode({ parent, command: whole, fields: scopeFields(whole, fields) })
}
