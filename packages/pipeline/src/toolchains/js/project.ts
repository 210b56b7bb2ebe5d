import { quoteValue } from '../../quote.ts'
import type { Step } from '../../step.ts'
import { textOf } from '../../wrong-use.ts'
import { texts } from '../option-readers.ts'
import { type ActionOptions, readAction } from '../read-options.ts'
import { Toolchain } from '../toolchain.ts'
import { INSTALLERS, type Installer, type JsRuntime } from './managers.ts'

export interface RunOptions extends ActionOptions {
  /** Arguments for the script. */
  readonly args?: readonly string[]
}

interface JsTools {
  readonly tag: JsRuntime
  readonly installer: Installer
  /** The project's scripts or tasks. */
  readonly scripts: ReadonlySet<string>
}

/**
 * A JavaScript project with its dependencies. In a pipeline's list, it stands for their
 * installation.
 */
export class JsProject extends Toolchain<JsProject> {
  protected override readonly where = 'js'
  protected override readonly tag: JsRuntime
  readonly #tools: JsTools

  constructor(path: string, installed: Step, tools: JsTools) {
    super(path, installed)
    this.tag = tools.tag
    this.#tools = tools
  }

  /** Runs a script of package.json, or a task of deno. */
  run(script: string, options: RunOptions = {}): Step {
    const name = textOf('js.run', script, 'Name a script.')
    const { own, step } = readAction('js.run', options, { args: texts })
    const { run, separator } = INSTALLERS[this.#tools.installer]
    const args = own.args.length === 0 ? '' : `${separator}${own.args.map(quoteValue).join(' ')}`
    return this.action(name, `${run} ${quoteValue(name)}${args}`, step)
  }

  /**
   * Returns the scripts build, test, lint and typecheck that exist; without any, the installation.
   */
  override ci(): Step[] {
    const scripts = ['build', 'test', 'lint', 'typecheck'].filter((script) => this.#tools.scripts.has(script))
    return scripts.length === 0 ? [this.install()] : scripts.map((script) => this.run(script))
  }

  protected override leaves(): Step[] {
    return [this.install()]
  }

  protected override startingAt(step: Step): JsProject {
    return new JsProject(this.path, step, this.#tools)
  }
}
