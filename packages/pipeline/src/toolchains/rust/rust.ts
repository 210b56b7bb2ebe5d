import type { CachePolicy } from '../../cache.ts'
import { quoteValue } from '../../quote.ts'
import type { Step } from '../../step.ts'
import { ENTRY, type EntryOptions, installStep } from '../install-step.ts'
import { cache, formOr, type Reader, texts } from '../option-readers.ts'
import { type ActionOptions, readOptions } from '../read-options.ts'
import { onChangeBelow } from '../watched-files.ts'
import { RustActions } from './actions.ts'

export interface RustToolchainOptions extends EntryOptions {
  /**
   * A channel or version of rustup, such as `stable` (the default), `nightly-2026-01-01` or
   * `1.90.0`.
   */
  readonly version?: string
  /** By default clippy and rustfmt. */
  readonly components?: readonly string[]
}

export interface RustWarmupOptions {
  /**
   * The cache policy of the warm-up; by default, it is kept until Cargo.lock, a Cargo.toml or a
   * source changes.
   */
  readonly cache?: CachePolicy
}

export interface RustProjectOptions extends RustToolchainOptions, RustWarmupOptions {}

const WARMUP = 'cargo build --workspace --tests --locked'

/**
 * Rust for one crate: its actions compile from scratch. In a pipeline's list, it stands for its
 * build.
 */
export class RustToolchain extends RustActions<RustToolchain> {
  protected override readonly workspace = false

  /** Compiles everything that tests need. `project()` does the same and caches the result. */
  warmup(options: ActionOptions = {}): Step {
    return this.plain('warmup', WARMUP, options)
  }

  /** Returns the workspace in the toolchain's directory. */
  project(options: RustWarmupOptions = {}): RustProject {
    const given = readOptions('rust.project', options, { cache })
    const kept = given.cache ?? onChangeBelow('rust.project', this.path, 'Cargo.lock', '**/Cargo.toml', '**/*.rs')
    return new RustProject(this, this.warmup({ cache: kept }))
  }

  protected override leaves(): Step[] {
    return [this.build()]
  }

  protected override rustup(): Step {
    return this.installed
  }

  protected override startingAt(step: Step): RustToolchain {
    return new RustToolchain(this.path, step)
  }
}

/**
 * Rust for a workspace: its actions start from one compiled warm-up. In a pipeline's list, it
 * stands for test, clippy and fmt.
 */
export class RustProject extends RustActions<RustProject> {
  protected override readonly workspace = true
  readonly toolchain: RustToolchain
  /** The step with everything compiled. */
  readonly warmup: Step

  constructor(toolchain: RustToolchain, warmup: Step) {
    super(toolchain.path, warmup)
    this.toolchain = toolchain
    this.warmup = warmup
  }

  protected override rustup(): Step {
    return this.toolchain.installed
  }

  protected override startingAt(step: Step): RustProject {
    return new RustProject(this.toolchain, step)
  }
}

/** Rust by rustup. */
export const rust = {
  /** Returns the toolchain for one crate, without a warm-up. */
  toolchain(options: RustToolchainOptions = {}): RustToolchain {
    return toolchain(readOptions('rust.toolchain', options, TOOLCHAIN))
  },
  /** Returns the toolchain for a workspace, compiled once for all its actions. */
  project(options: RustProjectOptions = {}): RustProject {
    const given = readOptions('rust.project', options, { ...TOOLCHAIN, cache })
    return toolchain(given).project(given.cache === undefined ? {} : { cache: given.cache })
  },
} as const

const components: Reader<readonly string[]> = (where, value) =>
  value === undefined ? ['clippy', 'rustfmt'] : texts(where, value)

const TOOLCHAIN = {
  ...ENTRY,
  version: formOr(/^[a-z0-9.-]+$/, 'a version such as "stable", "nightly" or "1.90.0"', 'stable'),
  components,
} as const

interface Given {
  readonly path: string
  readonly image: string | undefined
  readonly base: Step | undefined
  readonly version: string
  readonly components: readonly string[]
}

function toolchain(given: Given): RustToolchain {
  const installed = installStep(given, {
    tag: 'rust',
    packages: ['curl', 'ca-certificates', 'build-essential', 'pkg-config', 'libssl-dev'],
    name: 'rustup',
    command: rustupCommand(given.version, given.components),
  })
  return new RustToolchain(given.path, installed)
}

function rustupCommand(version: string, components: readonly string[]): string {
  const rustup = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y"
  const wanted = components.length === 0 ? '' : ` --component ${quoteValue(components.join(','))}`
  return [
    `${rustup} --default-toolchain ${version} --profile minimal${wanted}`,
    '. $HOME/.cargo/env',
    'rustc --version',
    'cargo --version',
  ].join(' && ')
}
