import { forever } from '../cache.ts'
import { inDirectory, quoteValue } from '../quote.ts'
import type { Step } from '../step.ts'
import { textOf, wrongUse } from '../wrong-use.ts'
import { ENTRY, type EntryOptions, type Ground, installStep } from './install-step.ts'
import { count, flag, formOr, textOr } from './option-readers.ts'
import { type ActionOptions, actionStep, readAction, readOptions } from './read-options.ts'
import { Toolchain } from './toolchain.ts'
import { onChangeIn } from './watched-files.ts'

export interface ElixirOptions extends EntryOptions {
  /** `N.N.N`; by default 1.18.3. */
  readonly elixirVersion?: string
  /** `N.N.N` or `N.N`, or `N` for the newest release of that branch; by default 27.3.3. */
  readonly otpVersion?: string
}

export interface MixTestOptions extends ActionOptions {
  readonly cover?: boolean
  /** The number of partitions of the tests; `MIX_TEST_PARTITION` in `env` selects one. */
  readonly partitions?: number
}

export interface CredoOptions extends ActionOptions {
  /** True by default. */
  readonly strict?: boolean
}

export interface ReleaseOptions extends ActionOptions {
  /** `MIX_ENV`; by default `prod`. */
  readonly mixEnv?: string
}

/** Elixir for one project, with its dependencies compiled. */
export class ElixirProject extends Toolchain<ElixirProject> {
  protected override readonly where = 'elixir'
  protected override readonly tag = 'ex'
  #plt: Step | undefined

  compile(options: ActionOptions = {}): Step {
    return this.#mix('compile', 'compile --warnings-as-errors', this.stepOf('compile', options))
  }

  test(options: MixTestOptions = {}): Step {
    const { own, step } = readAction('elixir.test', options, { cover: flag(false), partitions: count })
    const cover = own.cover ? ' --cover' : ''
    const partitions = own.partitions === undefined ? '' : ` --partitions ${own.partitions}`
    return this.#mix('test', `test${cover}${partitions}`, step)
  }

  /** Fails if `mix format` would change a file. */
  format(options: ActionOptions = {}): Step {
    return this.#mix('format', 'format --check-formatted', this.stepOf('format', options))
  }

  credo(options: CredoOptions = {}): Step {
    const { own, step } = readAction('elixir.credo', options, { strict: flag(true) })
    return this.#mix('credo', `credo${own.strict ? ' --strict' : ''}`, step)
  }

  /**
   * Returns the lookup table of dialyzer, kept until mix.lock changes. All calls return the same
   * step; later calls must not have options.
   */
  plt(options: ActionOptions = {}): Step {
    const step = this.stepOf('plt', options)
    if (this.#plt === undefined) {
      const cache = step.cache ?? onChangeIn('elixir', this.path, 'mix.lock')
      this.#plt = this.#mix('plt', 'dialyzer --plt', { ...step, cache })
    } else if (Object.keys(step).length > 0) {
      throw wrongUse('elixir.plt', 'options at the first call only', options, 'Call plt() before dialyzer().')
    }
    return this.#plt
  }

  /** Starts from `plt()`. */
  dialyzer(options: ActionOptions = {}): Step {
    const step = this.stepOf('dialyzer', options)
    return actionStep(this.plt(), this.inPath('mix dialyzer'), { label: ':ex: dialyzer', env: ELIXIR_ENV }, step)
  }

  sobelow(options: ActionOptions = {}): Step {
    return this.#mix('sobelow', 'sobelow --exit', this.stepOf('sobelow', options))
  }

  depsAudit(options: ActionOptions = {}): Step {
    return this.#mix('deps-audit', 'deps.audit', this.stepOf('depsAudit', options))
  }

  hexAudit(options: ActionOptions = {}): Step {
    return this.#mix('hex-audit', 'hex.audit', this.stepOf('hexAudit', options))
  }

  release(options: ReleaseOptions = {}): Step {
    const { own, step } = readAction('elixir.release', options, { mixEnv: textOr('prod') })
    const defaults = { env: ELIXIR_ENV }
    return this.action('release', `MIX_ENV=${quoteValue(own.mixEnv)} mix release`, step, defaults)
  }

  /** Runs any mix task; the text is not quoted. */
  mix(task: string, options: ActionOptions = {}): Step {
    const text = textOf('elixir.mix', task, 'Name a task.')
    return this.#mix(text, text, this.stepOf('mix', options))
  }

  override ci(): Step[] {
    return [this.compile(), this.test(), this.format()]
  }

  protected override startingAt(step: Step): ElixirProject {
    return new ElixirProject(this.path, step)
  }

  #mix(name: string, task: string, step: ActionOptions): Step {
    return this.action(name, `mix ${task}`, step, { env: ELIXIR_ENV })
  }
}

/**
 * Installs Erlang/OTP from builds.hex.pm and Elixir from its releases. The image must be Ubuntu.
 */
export function elixir(options: ElixirOptions = {}): ElixirProject {
  const given = readOptions('elixir', options, {
    ...ENTRY,
    elixirVersion: formOr(/^\d+\.\d+\.\d+$/, 'a version such as "1.18.3"', '1.18.3'),
    otpVersion: formOr(/^\d+(\.\d+(\.\d+)?)?$/, 'a version such as "27.3.3" or "27"', '27.3.3'),
  })
  const installed = elixirInstalled(given, given.elixirVersion, given.otpVersion)
  const deps = installed.sh(inDirectory(given.path, 'mix deps.get && mix deps.compile'), {
    label: ':ex: mix-deps',
    cache: onChangeIn('elixir', given.path, 'mix.lock'),
    env: ELIXIR_ENV,
  })
  return new ElixirProject(given.path, deps)
}

/** Makes Erlang treat file names as UTF-8, whatever the image's locale. */
const ELIXIR_ENV = { ELIXIR_ERL_OPTIONS: '+fnu' } as const

const PACKAGES = [
  ...['curl', 'ca-certificates', 'git', 'unzip'],
  ...['build-essential', 'autoconf', 'libncurses-dev', 'libssl-dev'],
]

/** Returns the step that installs Erlang and Elixir. */
function elixirInstalled(ground: Ground, elixirVersion: string, otpVersion: string): Step {
  const erlang = installStep(ground, {
    tag: 'ex',
    packages: PACKAGES,
    name: 'erlang-install',
    command: erlangCommand(otpVersion),
  })
  const [otp = ''] = otpVersion.split('.')
  return erlang.sh(elixirCommand(elixirVersion, otp), {
    label: ':ex: elixir-install',
    cache: forever(),
    env: ELIXIR_ENV,
  })
}

function erlangCommand(version: string): string {
  const build = version.includes('.') ? `OTP-${version}` : `maint-${version}`
  const directory = '$(dpkg --print-architecture)/$(. /etc/os-release && echo $ID-$VERSION_ID)'
  const tools = ['erl', 'erlc', 'escript'].map((tool) => `/usr/local/otp/bin/${tool}`)
  return [
    `curl -fsSL https://builds.hex.pm/builds/otp/${directory}/${build}.tar.gz -o /tmp/otp.tgz`,
    'rm -rf /usr/local/otp',
    'mkdir -p /usr/local/otp',
    'tar -xzf /tmp/otp.tgz -C /usr/local/otp --strip-components=1',
    '(cd /usr/local/otp && ./Install -minimal /usr/local/otp)',
    `ln -sf ${tools.join(' ')} /usr/local/bin/`,
  ].join(' && ')
}

function elixirCommand(version: string, otp: string): string {
  const releases = 'https://github.com/elixir-lang/elixir/releases/download'
  return [
    `curl -fsSL ${releases}/v${version}/elixir-otp-${otp}.zip -o /tmp/elixir.zip`,
    'unzip -q /tmp/elixir.zip -d /usr/local/elixir',
    ...['elixir', 'mix', 'iex'].map((tool) => `ln -sf /usr/local/elixir/bin/${tool} /usr/local/bin/${tool}`),
    'mix local.hex --force',
    'mix local.rebar --force',
    'elixir --version',
  ].join(' && ')
}
