import { forever } from '../../cache.ts'
import { quoteValue } from '../../quote.ts'
import type { Step } from '../../step.ts'
import { flag, texts } from '../option-readers.ts'
import { type ActionOptions, actionStep, readAction, readOptions } from '../read-options.ts'
import { Toolchain } from '../toolchain.ts'
import { type Cargo, type CargoOptions, cargoFlags, cargoReaders } from './cargo-options.ts'
import { type FeaturePowersetOptions, powersetFlags, powersetReaders } from './feature-powerset.ts'

export interface CargoActionOptions extends CargoOptions, ActionOptions {}

export interface CargoTestOptions extends CargoActionOptions {
  /**
   * Runs the tests with cargo-nextest, which the caller must install and which runs no
   * documentation tests.
   */
  readonly nextest?: boolean
}

export interface ClippyOptions extends CargoActionOptions {
  /** True by default. */
  readonly denyWarnings?: boolean
  /** Further flags for the lints, not quoted: `-W clippy::pedantic`. */
  readonly extraLints?: readonly string[]
}

export interface RustFmtOptions extends ActionOptions {
  /** All packages; true by default. */
  readonly all?: boolean
  /** Fails if a file would change; true by default. */
  readonly check?: boolean
  /** Further flags, not quoted. */
  readonly flags?: readonly string[]
}

export interface CargoDocOptions extends CargoActionOptions {
  /** Omits the documentation of dependencies; true by default. */
  readonly noDeps?: boolean
  readonly documentPrivateItems?: boolean
  /** True by default. */
  readonly denyWarnings?: boolean
}

export interface RustCiOptions {
  /** Runs the tests with cargo-nextest, and the documentation tests separately. */
  readonly nextest?: boolean
  /** Also builds the documentation. */
  readonly doc?: boolean
}

const ENV = '. $HOME/.cargo/env && '

/** Cargo's commands, for one crate or for a workspace. */
export abstract class RustActions<Self> extends Toolchain<Self> {
  protected override readonly where = 'rust'
  protected override readonly tag = 'rust'
  /** Whether actions cover the whole workspace by default. */
  protected abstract readonly workspace: boolean

  build(options: CargoActionOptions = {}): Step {
    const { own, step } = readAction('rust.build', options, cargoReaders(this.workspace))
    return this.#cargo('build', `cargo build${cargoFlags('rust.build', own)}`, own, step)
  }

  test(options: CargoTestOptions = {}): Step {
    const { own, step } = readAction('rust.test', options, { ...cargoReaders(this.workspace), nextest: flag(false) })
    const runner = own.nextest ? 'cargo nextest run' : 'cargo test'
    return this.#cargo('test', `${runner}${cargoFlags('rust.test', own)}`, own, step)
  }

  doctest(options: CargoActionOptions = {}): Step {
    const { own, step } = readAction('rust.doctest', options, cargoReaders(this.workspace))
    return this.#cargo('doctest', `cargo test${cargoFlags('rust.doctest', own)} --doc`, own, step)
  }

  clippy(options: ClippyOptions = {}): Step {
    const { own, step } = readAction('rust.clippy', options, {
      ...cargoReaders(this.workspace, true),
      denyWarnings: flag(true),
      extraLints: texts,
    })
    const lints = [...(own.denyWarnings ? ['-D warnings'] : []), ...own.extraLints]
    const tail = lints.length === 0 ? '' : ` -- ${lints.join(' ')}`
    return this.#cargo('clippy', `cargo clippy${cargoFlags('rust.clippy', own)}${tail}`, own, step)
  }

  /** Starts before anything is compiled. */
  fmt(options: RustFmtOptions = {}): Step {
    const { own, step } = readAction('rust.fmt', options, { all: flag(true), check: flag(true), flags: texts })
    const words = ['cargo fmt', ...(own.all ? ['--all'] : []), ...(own.check ? ['--check'] : []), ...own.flags]
    return actionStep(this.rustup(), this.inPath(words.join(' ')), { label: ':rust: fmt' }, step)
  }

  doc(options: CargoDocOptions = {}): Step {
    const { own, step } = readAction('rust.doc', options, {
      ...cargoReaders(this.workspace),
      noDeps: flag(true),
      documentPrivateItems: flag(false),
      denyWarnings: flag(true),
    })
    const privates = own.documentPrivateItems ? ' --document-private-items' : ''
    const command = `cargo doc${own.noDeps ? ' --no-deps' : ''}${privates}${cargoFlags('rust.doc', own)}`
    return this.#cargo('doc', command, own, step, own.denyWarnings ? { env: { RUSTDOCFLAGS: '-D warnings' } } : {})
  }

  /**
   * Checks combinations of features with cargo-hack, which a separate step installs. Starts before
   * anything is compiled.
   */
  featurePowerset(options: FeaturePowersetOptions = {}): Step {
    const { own, step } = readAction('rust.featurePowerset', options, powersetReaders)
    // The command has no directory, so all toolchains share its cache entry.
    const hack = this.rustup().sh(`${ENV}cargo install cargo-hack --locked`, {
      label: ':rust: install cargo-hack',
      cache: forever(),
    })
    const command = this.inPath(`cargo hack ${powersetFlags(own)}`)
    return actionStep(hack, command, { label: ':rust: feature-powerset' }, step)
  }

  override ci(options: RustCiOptions = {}): Step[] {
    const { nextest, doc } = readOptions('rust.ci', options, { nextest: flag(false), doc: flag(false) })
    return [
      this.test({ nextest }),
      ...(nextest ? [this.doctest()] : []),
      this.clippy(),
      this.fmt(),
      ...(doc ? [this.doc()] : []),
    ]
  }

  /** Returns the step with the tools installed and nothing compiled. */
  protected abstract rustup(): Step

  protected override inPath(command: string): string {
    return `${ENV}${super.inPath(command)}`
  }

  #cargo(name: string, command: string, { target, addTarget }: Cargo, step: ActionOptions, defaults = {}): Step {
    const add = target !== undefined && addTarget ? `rustup target add ${quoteValue(target)} && ` : ''
    return this.action(name, `${add}${command}`, step, defaults)
  }
}
