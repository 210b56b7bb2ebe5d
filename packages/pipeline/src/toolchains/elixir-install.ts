import { forever } from '../cache.ts'
import type { Step } from '../step.ts'
import { type Ground, installStep } from './install-step.ts'

/** File names are UTF-8 to Erlang, whatever the image's locale. */
export const ELIXIR_ENV = { ELIXIR_ERL_OPTIONS: '+fnu' } as const

const PACKAGES = [
  ...['curl', 'ca-certificates', 'git', 'unzip'],
  ...['build-essential', 'autoconf', 'libncurses-dev', 'libssl-dev'],
]

/** The step that has Erlang and Elixir. */
export function elixirInstalled(ground: Ground, elixirVersion: string, otpVersion: string): Step {
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
