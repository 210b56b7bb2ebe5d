import { BRAND } from './brand.ts'
import { inDirectory } from './quote.ts'
import { type CommandFields, commandFields, type StepOptions } from './step-options.ts'
import { booleanOf, membersOf, onlyKnown, textOf } from './wrong-use.ts'

interface StepShape {
  readonly parent: Step | null
  readonly image?: string
  readonly command?: string
  readonly fields?: CommandFields
}

/** A point that commands start from: nothing (`scratch`), a command's result, or a named branch of one. Immutable; two equal ones are two. */
export class Step {
  readonly [BRAND] = 'step'
  readonly parent: Step | null
  /** The image of a scratch. */
  readonly image: string | undefined
  /** Text for `sh -c` as it will run; undefined for a scratch or a fork, which run nothing. */
  readonly command: string | undefined
  readonly fields: CommandFields

  constructor({ parent, image, command, fields = {} }: StepShape) {
    this.parent = parent
    this.image = image
    this.command = command
    this.fields = fields
    Object.freeze(this)
  }

  /** A command that starts from the file system that this step left. */
  sh(command: string, options: StepOptions = {}): Step {
    return commandStep(this, command, options)
  }

  /** A branch: runs nothing, and steps made from it start from this step. */
  fork(options: { readonly label?: string } = {}): Step {
    membersOf('fork', options)
    onlyKnown('fork', options, ['label'])
    if (options.label !== undefined) textOf('fork, label', options.label, 'Give a label, or none.')
    return new Step({ parent: this })
  }
}

/** A barrier between the leaves of a pipeline. */
export interface Wait {
  readonly [BRAND]: 'wait'
  readonly continueOnFailure: boolean
}

/** The start of a chain, from an image when given. Runs nothing itself. */
export function scratch(options: { readonly image?: string } = {}): Step {
  membersOf('scratch', options)
  onlyKnown('scratch', options, ['image'])
  const { image } = options
  return new Step({
    parent: null,
    ...(image !== undefined && { image: textOf('scratch, image', image, 'Name an image.') }),
  })
}

/** A command in a file system of its own. */
export function sh(command: string, options: StepOptions = {}): Step {
  return commandStep(null, command, options)
}

/** What comes after it starts when all before it has passed; with `continueOnFailure`, when it has ended in whatever way. */
export function wait(options: { readonly continueOnFailure?: boolean } = {}): Wait {
  membersOf('wait', options)
  onlyKnown('wait', options, ['continueOnFailure'])
  return Object.freeze({
    [BRAND]: 'wait' as const,
    continueOnFailure: booleanOf('wait', options.continueOnFailure ?? false),
  })
}

function commandStep(parent: Step | null, command: string, options: StepOptions): Step {
  const text = textOf('sh', command, 'Give the step a command.')
  const { cwd, ...rest } = options
  const directory = cwd === undefined ? undefined : textOf('sh, cwd', cwd, 'Name a directory, or leave cwd out.')
  const fields = commandFields(rest)
  return new Step({ parent, command: directory === undefined ? text : inDirectory(directory, text), fields })
}
