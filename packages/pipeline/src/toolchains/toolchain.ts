import { inDirectory } from '../quote.ts'
import type { Step } from '../step.ts'
import { LEAVES, type Leaves, type StandsForLeaves, type StepOptions } from '../step.ts'
import { type ActionDefaults, type ActionOptions, actionStep, readAction } from './read-options.ts'

/**
 * A tool installed for one directory. Its actions are steps that start from the same file system.
 */
export abstract class Toolchain<Self> implements StandsForLeaves {
  /** The directory in which the actions run. */
  readonly path: string
  /** The step that the actions start from. */
  readonly installed: Step
  /** The name of the toolchain function in errors. */
  protected abstract readonly where: string
  /** The `:TAG:` of the labels. */
  protected abstract readonly tag: string

  constructor(path: string, installed: Step) {
    this.path = path
    this.installed = installed
  }

  /** The step that the actions start from. */
  install(): Step {
    return this.installed
  }

  /**
   * Returns a copy whose actions start after a further command, such as one that generates sources.
   * The command runs in the workspace; `cwd` sets another directory.
   */
  setup(command: string, options: StepOptions = {}): Self {
    return this.startingAt(this.installed.sh(command, options))
  }

  /** Returns the actions that usually check a change. */
  abstract ci(): Step[]

  [LEAVES](): Leaves {
    return this.leaves()
  }

  /** Returns the leaves for which the toolchain stands in a pipeline. */
  protected leaves(): Step[] {
    return this.ci()
  }

  protected abstract startingAt(step: Step): Self

  /** Returns the step of an action without options of its own. */
  protected plain(name: string, command: string, options: ActionOptions): Step {
    return this.action(name, command, this.stepOf(name, options))
  }

  protected stepOf(name: string, options: ActionOptions): ActionOptions {
    return readAction(`${this.where}.${name}`, options, {}).step
  }

  protected action(name: string, command: string, step: ActionOptions, defaults: Partial<ActionDefaults> = {}): Step {
    return actionStep(this.installed, this.inPath(command), { label: this.labelOf(name), ...defaults }, step)
  }

  protected labelOf(name: string): string {
    return `:${this.tag}: ${name}`
  }

  protected inPath(command: string): string {
    return inDirectory(this.path, command)
  }
}
