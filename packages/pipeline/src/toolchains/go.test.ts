import { describe, expect, it } from 'vitest'
import { sh } from '../commands.ts'
import { chainOf, lastOf } from './chain-of.test-support.ts'
import { go } from './go.ts'

const INSTALL =
  'curl -fsSL https://go.dev/dl/go1.23.2.linux-$(dpkg --print-architecture).tar.gz -o /tmp/go.tgz && rm -rf /usr/local/go && tar -C /usr/local -xzf /tmp/go.tgz && ln -sf /usr/local/go/bin/go /usr/local/bin/go && ln -sf /usr/local/go/bin/gofmt /usr/local/bin/gofmt && go version'

describe('go', () => {
  it('installs Go after its Debian packages', () => {
    expect(chainOf(go().install())).toEqual([
      {
        label: ':go: apt-base',
        command: 'apt-get update && apt-get install -y curl ca-certificates git',
        cache: 'ttl 86400',
      },
      { label: ':go: install', command: INSTALL, cache: 'forever' },
    ])
  })

  it('uses the requested version, and the caller’s base', () => {
    const [first, second] = chainOf(go({ version: '1.24', base: sh('true', { label: 'mine' }) }).install())
    expect(first).toMatchObject({ label: 'mine', command: 'true' })
    expect(second?.command).toContain('/go1.24.linux-$(dpkg --print-architecture).tar.gz ')
  })

  it('downloads modules in a separate step on request', () => {
    const project = go({ deps: true, path: 'my app' })
    expect(lastOf(project.install())).toEqual({
      label: ':go: deps',
      command: "cd 'my app' && go mod download",
      cache: 'on change of my app/go.sum',
      parent: ':go: install',
    })
    expect(lastOf(project.test()).parent).toBe(':go: deps')
  })

  it.each([
    ['build', 'cd . && go build ./...'],
    ['test', 'cd . && go test ./...'],
    ['vet', 'cd . && go vet ./...'],
    ['fmt', 'cd . && test -z "$(gofmt -l .)"'],
  ] as const)('%s', (action, command) => {
    expect(lastOf(go()[action]())).toEqual({ label: `:go: ${action}`, command, cache: 'no', parent: ':go: install' })
  })

  it('ci returns build, test, vet and fmt', () => {
    expect(
      go()
        .ci()
        .map((step) => step.fields.label),
    ).toEqual([':go: build', ':go: test', ':go: vet', ':go: fmt'])
  })
})
