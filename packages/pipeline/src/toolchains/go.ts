import { inDirectory } from '../quote.ts'
import type { Step } from '../step.ts'
import { ENTRY, type EntryOptions, installStep } from './install-step.ts'
import { flag, formOr } from './option-readers.ts'
import { type ActionOptions, readOptions } from './read-options.ts'
import { Toolchain } from './toolchain.ts'
import { onChangeIn } from './watched-files.ts'

export interface GoOptions extends EntryOptions {
  /** `N.N` or `N.N.N`; by default 1.23.2. */
  readonly version?: string
  /** Whether a separate step downloads the modules; it is cached until go.sum changes. */
  readonly deps?: boolean
}

/** Go for one module. */
export class GoToolchain extends Toolchain<GoToolchain> {
  protected override readonly where = 'go'
  protected override readonly tag = 'go'

  build(options: ActionOptions = {}): Step {
    return this.plain('build', 'go build ./...', options)
  }

  test(options: ActionOptions = {}): Step {
    return this.plain('test', 'go test ./...', options)
  }

  vet(options: ActionOptions = {}): Step {
    return this.plain('vet', 'go vet ./...', options)
  }

  /** Fails if gofmt would change a file. */
  fmt(options: ActionOptions = {}): Step {
    return this.plain('fmt', 'test -z "$(gofmt -l .)"', options)
  }

  override ci(): Step[] {
    return [this.build(), this.test(), this.vet(), this.fmt()]
  }

  protected override startingAt(step: Step): GoToolchain {
    return new GoToolchain(this.path, step)
  }
}

/** Go from go.dev. */
export function go(options: GoOptions = {}): GoToolchain {
  const given = readOptions('go', options, {
    ...ENTRY,
    version: formOr(/^\d+\.\d+(\.\d+)?$/, 'a version such as "1.23.2"', '1.23.2'),
    deps: flag(false),
  })
  const installed = installStep(given, {
    tag: 'go',
    packages: ['curl', 'ca-certificates', 'git'],
    name: 'install',
    command: installCommand(given.version),
  })
  if (!given.deps) return new GoToolchain(given.path, installed)
  const deps = installed.sh(inDirectory(given.path, 'go mod download'), {
    label: ':go: deps',
    cache: onChangeIn('go', given.path, 'go.sum'),
  })
  return new GoToolchain(given.path, deps)
}

function installCommand(version: string): string {
  return [
    `curl -fsSL https://go.dev/dl/go${version}.linux-$(dpkg --print-architecture).tar.gz -o /tmp/go.tgz`,
    'rm -rf /usr/local/go',
    'tar -C /usr/local -xzf /tmp/go.tgz',
    'ln -sf /usr/local/go/bin/go /usr/local/bin/go',
    'ln -sf /usr/local/go/bin/gofmt /usr/local/bin/gofmt',
    'go version',
  ].join(' && ')
}
