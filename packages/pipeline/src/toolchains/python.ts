import { inDirectory, quoteValue } from '../quote.ts'
import type { Step } from '../step.ts'
import { oneOrListOf, textOf } from '../wrong-use.ts'
import { ENTRY, type EntryOptions, type Ground, installStep } from './install-step.ts'
import { formOr, type Reader } from './option-readers.ts'
import { type ActionOptions, readAction, readOptions } from './read-options.ts'
import { Toolchain } from './toolchain.ts'
import { onChangeIn } from './watched-files.ts'

export interface PythonOptions extends EntryOptions {
  /** Version of uv, `N.N.N`, or `latest`, the default. */
  readonly uvVersion?: string
}

export interface UvOptions extends EntryOptions {
  /** Version of uv, `N.N.N`, or `latest`, the default. */
  readonly version?: string
}

export interface TypecheckOptions extends ActionOptions {
  /** Paths to check; by default `.`. */
  readonly paths?: string | readonly string[]
}

const VERSION = formOr(/^(\d+\.\d+\.\d+|latest)$/, 'a version of uv such as "0.9.5", or "latest"', 'latest')

const paths: Reader<readonly string[]> = (where, value) =>
  oneOrListOf(where, value ?? '.', (entry) => textOf(where, entry, 'Name a file or a directory.'))

abstract class UvActions<Self> extends Toolchain<Self> {
  protected override readonly tag = 'python'

  test(options: ActionOptions = {}): Step {
    return this.plain('test', 'uv run pytest', options)
  }

  lint(options: ActionOptions = {}): Step {
    return this.plain('lint', 'uv run ruff check .', options)
  }

  /** Fails if ruff would reformat a file. */
  fmt(options: ActionOptions = {}): Step {
    return this.plain('fmt', 'uv run ruff format --check .', options)
  }

  typecheck(options: TypecheckOptions = {}): Step {
    const { own, step } = readAction(`${this.where}.typecheck`, options, { paths })
    return this.action('typecheck', `uv run ty check ${own.paths.map(quoteValue).join(' ')}`, step)
  }

  override ci(): Step[] {
    return [this.test(), this.lint(), this.fmt(), this.typecheck()]
  }
}

/** The toolchain of one Python project, with uv. */
export class PythonToolchain extends UvActions<PythonToolchain> {
  protected override readonly where = 'python'

  protected override startingAt(step: Step): PythonToolchain {
    return new PythonToolchain(this.path, step)
  }
}

/**
 * A project managed by uv, with uv's own commands. In a pipeline's list, it stands for its test.
 */
export class UvProject extends UvActions<UvProject> {
  protected override readonly where = 'py.uv'

  /** Runs a command in the project's environment; the text is not quoted. */
  run(command: string, options: ActionOptions = {}): Step {
    const [word = ''] = textOf('py.uv.run', command, 'Give a command.').trim().split(/\s+/, 1)
    return this.action(word, `uv run ${command}`, this.stepOf('run', options))
  }

  build(options: ActionOptions = {}): Step {
    return this.plain('build', 'uv build', options)
  }

  /** Fails if uv.lock does not match pyproject.toml. */
  lockCheck(options: ActionOptions = {}): Step {
    return this.action('lock-check', 'uv lock --check', this.stepOf('lockCheck', options))
  }

  publish(options: ActionOptions = {}): Step {
    return this.plain('publish', 'uv publish', options)
  }

  protected override leaves(): Step[] {
    return [this.test()]
  }

  protected override startingAt(step: Step): UvProject {
    return new UvProject(this.path, step)
  }
}

/** Installs a Python project with uv and all extras. */
export function python(options: PythonOptions = {}): PythonToolchain {
  const { uvVersion, ...given } = readOptions('python', options, { ...ENTRY, uvVersion: VERSION })
  return new PythonToolchain(given.path, synced('python', given, uvVersion))
}

/** Python toolchains, by the tool that manages the project. */
export const py = {
  /** Installs a project managed by uv, with all extras. */
  uv(options: UvOptions = {}): UvProject {
    const { version, ...given } = readOptions('py.uv', options, { ...ENTRY, version: VERSION })
    return new UvProject(given.path, synced('py.uv', given, version))
  },
} as const

function synced(where: string, given: Ground & { readonly path: string }, version: string): Step {
  const installer = `https://astral.sh/uv/${version === 'latest' ? '' : `${version}/`}install.sh`
  const installed = installStep(given, {
    tag: 'python',
    packages: ['curl', 'ca-certificates', 'python3', 'python3-venv'],
    name: 'uv-install',
    command: `curl -LsSf ${installer} | sh && ln -sf /root/.local/bin/uv /usr/local/bin/uv && uv --version`,
  })
  return installed.sh(inDirectory(given.path, 'uv sync --all-extras'), {
    label: ':python: uv-sync',
    cache: onChangeIn(where, given.path, 'uv.lock', 'pyproject.toml'),
  })
}
