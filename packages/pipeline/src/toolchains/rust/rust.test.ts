import { describe, expect, it } from 'vitest'
import { forever } from '../../cache.ts'
import { chainOf, lastOf } from '../chain-of.test-support.ts'
import { rust } from './rust.ts'

const RUSTUP =
  "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --default-toolchain stable --profile minimal --component clippy,rustfmt && . $HOME/.cargo/env && rustc --version && cargo --version"
const toolchain = rust.toolchain()
const project = rust.project({ path: 'my crate' })

describe('rust.toolchain', () => {
  it('installs Rust after its Debian packages', () => {
    expect(chainOf(toolchain.install())).toEqual([
      {
        label: ':rust: apt-base',
        command: 'apt-get update && apt-get install -y curl ca-certificates build-essential pkg-config libssl-dev',
        cache: 'ttl 86400',
      },
      { label: ':rust: rustup', command: RUSTUP, cache: 'forever' },
    ])
  })

  it('uses the requested version and components', () => {
    const rustup = (options: object) => lastOf(rust.toolchain(options).install()).command
    expect(rustup({ version: 'nightly-2026-01-01', components: ['miri'] })).toContain(
      ' --default-toolchain nightly-2026-01-01 --profile minimal --component miri && ',
    )
    expect(rustup({ components: [] })).toContain(' --profile minimal && . $HOME/.cargo/env')
  })

  it.each([
    ['build', toolchain.build(), 'cargo build --locked'],
    ['test', toolchain.test(), 'cargo test --locked'],
    ['test', toolchain.test({ nextest: true }), 'cargo nextest run --locked'],
    ['doctest', toolchain.doctest(), 'cargo test --locked --doc'],
    ['clippy', toolchain.clippy(), 'cargo clippy --all-targets --locked -- -D warnings'],
    ['fmt', toolchain.fmt(), 'cargo fmt --all --check'],
    ['fmt', toolchain.fmt({ all: false, check: false, flags: ['-- -v'] }), 'cargo fmt -- -v'],
    ['warmup', toolchain.warmup(), 'cargo build --workspace --tests --locked'],
  ])('%s: %#', (name, step, command) => {
    expect(lastOf(step)).toEqual({
      label: `:rust: ${name}`,
      command: `. $HOME/.cargo/env && cd . && ${command}`,
      cache: 'no',
      parent: ':rust: rustup',
    })
  })

  it('ci returns test, clippy and fmt, with nextest also doctest, and on request doc', () => {
    const labels = (options: object) => toolchain.ci(options).map((step) => step.fields.label)
    expect(labels({})).toEqual([':rust: test', ':rust: clippy', ':rust: fmt'])
    expect(labels({ nextest: true, doc: true })).toEqual([
      ...[':rust: test', ':rust: doctest', ':rust: clippy', ':rust: fmt', ':rust: doc'],
    ])
    expect(lastOf(toolchain.ci({ nextest: true })[0] ?? toolchain.install()).command).toContain('cargo nextest run')
  })
})

describe('rust.project', () => {
  it('compiles everything once, until a source changes', () => {
    expect(chainOf(project.install()).slice(1)).toEqual([
      { label: ':rust: rustup', command: RUSTUP, cache: 'forever' },
      {
        label: ':rust: warmup',
        command: ". $HOME/.cargo/env && cd 'my crate' && cargo build --workspace --tests --locked",
        cache: 'on change of my crate/Cargo.lock my crate/**/Cargo.toml my crate/**/*.rs',
      },
    ])
    expect(project.warmup).toBe(project.install())
    expect(lastOf(rust.project().warmup).cache).toBe('on change of Cargo.lock **/Cargo.toml **/*.rs')
    expect(lastOf(rust.project({ cache: forever() }).warmup).cache).toBe('forever')
    expect(lastOf(toolchain.project({ cache: forever() }).warmup)).toMatchObject({ cache: 'forever' })
    expect(toolchain.project().toolchain).toBe(toolchain)
  })

  it.each([
    ['build', project.build(), 'cargo build --workspace --locked'],
    ['test', project.test(), 'cargo test --workspace --locked'],
    ['test', project.test({ nextest: true }), 'cargo nextest run --workspace --locked'],
    ['doctest', project.doctest(), 'cargo test --workspace --locked --doc'],
    ['clippy', project.clippy(), 'cargo clippy --workspace --all-targets --locked -- -D warnings'],
    [
      'clippy',
      project.clippy({ allTargets: false, denyWarnings: false, extraLints: ['-W clippy::pedantic'] }),
      'cargo clippy --workspace --locked -- -W clippy::pedantic',
    ],
    ['clippy', project.clippy({ denyWarnings: false }), 'cargo clippy --workspace --all-targets --locked'],
  ])('%s starts from the warm-up: %#', (name, step, command) => {
    expect(lastOf(step)).toEqual({
      label: `:rust: ${name}`,
      command: `. $HOME/.cargo/env && cd 'my crate' && ${command}`,
      cache: 'no',
      parent: ':rust: warmup',
    })
  })

  it('fails on warnings in documentation by default', () => {
    expect(lastOf(project.doc({ documentPrivateItems: true, env: { A: 1 } }))).toEqual({
      label: ':rust: doc',
      command:
        ". $HOME/.cargo/env && cd 'my crate' && cargo doc --no-deps --document-private-items --workspace --locked",
      cache: 'no',
      env: { RUSTDOCFLAGS: '-D warnings', A: '1' },
      parent: ':rust: warmup',
    })
    const lax = lastOf(project.doc({ noDeps: false, denyWarnings: false }))
    expect(lax.command).toMatch(/ && cargo doc --workspace --locked$/)
    expect(lax).not.toHaveProperty('env')
  })

  it('checks formats and features before anything is compiled', () => {
    expect(lastOf(project.fmt()).parent).toBe(':rust: rustup')
    expect(chainOf(project.featurePowerset()).slice(1)).toEqual([
      { label: ':rust: rustup', command: RUSTUP, cache: 'forever' },
      {
        label: ':rust: install cargo-hack',
        command: '. $HOME/.cargo/env && cargo install cargo-hack --locked',
        cache: 'forever',
      },
      {
        label: ':rust: feature-powerset',
        command: ". $HOME/.cargo/env && cd 'my crate' && cargo hack check --feature-powerset --depth 2 --no-dev-deps",
        cache: 'no',
      },
    ])
  })

  it.each([
    [{ depth: 3, subcommand: 'test', noDevDeps: false }, 'test --feature-powerset --depth 3'],
    [{ eachFeature: true, keepGoing: true }, 'check --each-feature --no-dev-deps --keep-going'],
    [
      { skip: ['a', 'b'], includeFeatures: ['c d'], flags: ['--workspace'] },
      "check --feature-powerset --depth 2 --no-dev-deps --skip a,b --include-features 'c d' --workspace",
    ],
  ])('hands %j to cargo-hack', (options, words) => {
    expect(lastOf(toolchain.featurePowerset(options)).command).toBe(`. $HOME/.cargo/env && cd . && cargo hack ${words}`)
  })
})

describe('cargo’s options', () => {
  const command = (options: object) => lastOf(toolchain.build(options)).command?.replace(/^.*cargo build/, '')

  it.each([
    [{ packages: ['a', 'b c'] }, " -p a -p 'b c' --locked"],
    [{ packages: ['a'], workspace: true }, ' -p a --locked'],
    [{ workspace: true, exclude: ['x', '$Y'] }, ' --workspace --exclude x --exclude "$Y" --locked'],
    [{ allTargets: true, allFeatures: true }, ' --all-targets --all-features --locked'],
    [{ noDefaultFeatures: true, features: ['a', 'b'] }, ' --no-default-features --features a,b --locked'],
    [{ profile: 'bench', locked: false }, ' --profile bench'],
    [{ release: true, flags: ['-v', '--jobs 2'] }, ' --release --locked -v --jobs 2'],
    [
      {
        ...{ flags: ['-q'], locked: true, release: true, target: 't', features: ['f'], noDefaultFeatures: true },
        ...{ allTargets: true, exclude: ['e'], workspace: true, addTarget: false },
      },
      ' --workspace --exclude e --all-targets --no-default-features --features f --target t --release --locked -q',
    ],
  ])('%j', (options, flags) => {
    expect(command(options)).toBe(flags)
  })

  it('install a target before a build for it', () => {
    const target = 'aarch64-unknown-linux-gnu'
    expect(lastOf(project.test({ target })).command).toBe(
      `. $HOME/.cargo/env && cd 'my crate' && rustup target add ${target} && cargo test --workspace --target ${target} --locked`,
    )
    expect(lastOf(project.test({ target, addTarget: false })).command).not.toContain('rustup')
  })

  it.each([
    [{ allFeatures: true, features: ['a'] }, 'rust.build: expected allFeatures or features, got both. Remove one'],
    [{ allFeatures: true, noDefaultFeatures: true }, 'expected allFeatures or noDefaultFeatures, got both.'],
    [{ release: true, profile: 'release' }, 'rust.build: expected release or profile, got both.'],
    [{ exclude: ['a'], packages: ['b'] }, 'rust.build: expected exclude or packages, got both.'],
    [{ exclude: ['a'] }, 'expected exclude with workspace, got exclude without workspace. Set workspace to true.'],
  ])('contradict each other: %j', (options, message) => {
    expect(() => toolchain.build(options)).toThrow(message)
  })

  it('exclude packages of a project, which covers the whole workspace', () => {
    expect(lastOf(project.test({ exclude: ['a'] })).command).toContain(' --workspace --exclude a ')
    expect(() => project.test({ exclude: ['a'], workspace: false })).toThrow('exclude without workspace')
  })
})
