import type { Step } from '../step.ts'
import { LEAVES, type Leaves, type StandsForLeaves, type StepOptions } from '../step.ts'
import { ENTRY, type EntryOptions, installStep } from './install-step.ts'
import { formOr, path } from './option-readers.ts'
import { type ActionOptions, readOptions } from './read-options.ts'
import { Toolchain } from './toolchain.ts'

export interface ZigOptions extends EntryOptions {
  /** `N.N.N`; by default 0.14.1. */
  readonly version?: string
}

/** Zig for one package. Labels name the package, because a repository often has several. */
export class ZigProject extends Toolchain<ZigProject> {
  protected override readonly where = 'zig'
  protected override readonly tag = 'zig'

  build(options: ActionOptions = {}): Step {
    return this.plain('build', 'zig build', options)
  }

  test(options: ActionOptions = {}): Step {
    return this.plain('test', 'zig build test', options)
  }

  /** Fails if `zig fmt` would change a file. */
  fmt(options: ActionOptions = {}): Step {
    return this.plain('fmt', 'zig fmt --check .', options)
  }

  override ci(): Step[] {
    return [this.build(), this.test(), this.fmt()]
  }

  protected override startingAt(step: Step): ZigProject {
    return new ZigProject(this.path, step)
  }

  protected override labelOf(name: string): string {
    return `:zig: ${this.path} ${name}`
  }
}

/** Zig for several packages. */
export class ZigToolchain implements StandsForLeaves {
  readonly installed: Step

  constructor(installed: Step) {
    this.installed = installed
  }

  install(): Step {
    return this.installed
  }

  /** Returns a copy whose projects start after a further command. */
  setup(command: string, options: StepOptions = {}): ZigToolchain {
    return new ZigToolchain(this.installed.sh(command, options))
  }

  /** Returns the package in a directory, by default the project directory. */
  project(directory = '.'): ZigProject {
    return new ZigProject(path('zig.project', directory), this.installed)
  }

  /** Returns the actions of the package in the project directory. */
  ci(): Step[] {
    return this.project().ci()
  }

  [LEAVES](): Leaves {
    return this.ci()
  }
}

/**
 * Installs Zig from ziglang.org: for the package at `path` if it is given, otherwise for several
 * packages.
 */
export function zig(options: ZigOptions & { readonly path: string }): ZigProject
export function zig(options?: ZigOptions): ZigToolchain
export function zig(options: ZigOptions = {}): ZigProject | ZigToolchain {
  const given = readOptions('zig', options, {
    ...ENTRY,
    version: formOr(/^\d+\.\d+\.\d+$/, 'a version such as "0.14.1"', '0.14.1'),
  })
  const toolchain = new ZigToolchain(
    installStep(given, {
      tag: 'zig',
      packages: ['curl', 'ca-certificates', 'xz-utils'],
      name: 'install',
      command: installCommand(given.version),
    }),
  )
  return options.path === undefined ? toolchain : toolchain.project(given.path)
}

function installCommand(version: string): string {
  return [
    `curl -fsSL https://ziglang.org/download/${version}/${archive(version)} -o /tmp/zig.tar.xz`,
    'rm -rf /usr/local/zig',
    'mkdir -p /usr/local/zig',
    'tar -xJf /tmp/zig.tar.xz -C /usr/local/zig --strip-components=1',
    'ln -sf /usr/local/zig/zig /usr/local/bin/zig',
    'zig version',
  ].join(' && ')
}

// From 0.14.1 on, the architecture precedes the system in the archive's name.
function archive(version: string): string {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const isOld = major === 0 && (minor < 14 || (minor === 14 && patch < 1))
  return isOld ? `zig-linux-$(uname -m)-${version}.tar.xz` : `zig-$(uname -m)-linux-${version}.tar.xz`
}
