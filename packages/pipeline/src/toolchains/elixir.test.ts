import { describe, expect, it } from 'vitest'
import { chainOf, lastOf } from './chain-of.test-support.ts'
import { elixir } from './elixir.ts'

const env = { ELIXIR_ERL_OPTIONS: '+fnu' }
const ERLANG =
  'curl -fsSL https://builds.hex.pm/builds/otp/$(dpkg --print-architecture)/$(. /etc/os-release && echo $ID-$VERSION_ID)/OTP-27.3.3.tar.gz -o /tmp/otp.tgz && rm -rf /usr/local/otp && mkdir -p /usr/local/otp && tar -xzf /tmp/otp.tgz -C /usr/local/otp --strip-components=1 && (cd /usr/local/otp && ./Install -minimal /usr/local/otp) && ln -sf /usr/local/otp/bin/erl /usr/local/otp/bin/erlc /usr/local/otp/bin/escript /usr/local/bin/'
const ELIXIR =
  'curl -fsSL https://github.com/elixir-lang/elixir/releases/download/v1.18.3/elixir-otp-27.zip -o /tmp/elixir.zip && unzip -q /tmp/elixir.zip -d /usr/local/elixir && ln -sf /usr/local/elixir/bin/elixir /usr/local/bin/elixir && ln -sf /usr/local/elixir/bin/mix /usr/local/bin/mix && ln -sf /usr/local/elixir/bin/iex /usr/local/bin/iex && mix local.hex --force && mix local.rebar --force && elixir --version'

describe('elixir', () => {
  it('installs Erlang, Elixir and the dependencies', () => {
    expect(chainOf(elixir({ path: 'web' }).install())).toEqual([
      {
        label: ':ex: apt-base',
        command:
          'apt-get update && apt-get install -y curl ca-certificates git unzip build-essential autoconf libncurses-dev libssl-dev',
        cache: 'ttl 86400',
      },
      { label: ':ex: erlang-install', command: ERLANG, cache: 'forever' },
      { label: ':ex: elixir-install', command: ELIXIR, cache: 'forever', env },
      {
        label: ':ex: mix-deps',
        command: 'cd web && mix deps.get && mix deps.compile',
        cache: 'on change of web/mix.lock',
        env,
      },
    ])
  })

  it.each([
    ['26', '/maint-26.tar.gz ', '/elixir-otp-26.zip '],
    ['26.2', '/OTP-26.2.tar.gz ', '/elixir-otp-26.zip '],
    ['28.0.1', '/OTP-28.0.1.tar.gz ', '/elixir-otp-28.zip '],
  ])('takes Erlang/OTP %s, and the Elixir that is built for it', (otpVersion, erlang, zip) => {
    const [, first, second] = chainOf(elixir({ otpVersion, elixirVersion: '1.19.0' }).install())
    expect(first?.command).toContain(erlang)
    expect(second?.command).toContain(`/v1.19.0${zip}`)
  })

  const project = elixir()
  it.each([
    ['compile', project.compile(), 'mix compile --warnings-as-errors'],
    ['test', project.test(), 'mix test'],
    ['test', project.test({ cover: true, partitions: 4 }), 'mix test --cover --partitions 4'],
    ['format', project.format(), 'mix format --check-formatted'],
    ['credo', project.credo(), 'mix credo --strict'],
    ['credo', project.credo({ strict: false }), 'mix credo'],
    ['sobelow', project.sobelow(), 'mix sobelow --exit'],
    ['deps-audit', project.depsAudit(), 'mix deps.audit'],
    ['hex-audit', project.hexAudit(), 'mix hex.audit'],
    ['release', project.release(), 'MIX_ENV=prod mix release'],
    ['release', project.release({ mixEnv: 'my env' }), "MIX_ENV='my env' mix release"],
    ['ecto.create --quiet', project.mix('ecto.create --quiet'), 'mix ecto.create --quiet'],
  ])('%s: %#', (name, step, command) => {
    expect(lastOf(step)).toEqual({
      label: `:ex: ${name}`,
      command: `cd . && ${command}`,
      cache: 'no',
      env,
      parent: ':ex: mix-deps',
    })
  })

  it('overrides its own variables with the caller’s', () => {
    expect(lastOf(project.test({ env: { MIX_TEST_PARTITION: 1 } })).env).toEqual({ ...env, MIX_TEST_PARTITION: '1' })
    expect(lastOf(project.test({ env: { ELIXIR_ERL_OPTIONS: '' } })).env).toEqual({ ELIXIR_ERL_OPTIONS: '' })
  })

  it('makes dialyzer’s table only once for all runs', () => {
    expect(chainOf(project.dialyzer()).slice(-2)).toEqual([
      { label: ':ex: plt', command: 'cd . && mix dialyzer --plt', cache: 'on change of ./mix.lock', env },
      { label: ':ex: dialyzer', command: 'cd . && mix dialyzer', cache: 'no', env },
    ])
    expect(project.dialyzer().parent).toBe(project.plt())
  })

  it('accepts options of the table only at the first call', () => {
    const own = elixir()
    expect(own.plt({ timeout: '1h' }).fields.timeoutSeconds).toBe(3600)
    expect(own.dialyzer().parent?.fields.timeoutSeconds).toBe(3600)
    expect(() => own.plt({ timeout: '2h' })).toThrow('elixir.plt: expected options at the first call only')
  })

  it('ci returns compile, test and format', () => {
    expect(project.ci().map((step) => step.fields.label)).toEqual([':ex: compile', ':ex: test', ':ex: format'])
  })
})
