import { describe, expect, it } from 'vitest'
import { chainOf, lastOf } from './chain-of.test-support.ts'
import { ZigProject, ZigToolchain, zig } from './zig.ts'

const INSTALL =
  'curl -fsSL https://ziglang.org/download/0.14.1/zig-$(uname -m)-linux-0.14.1.tar.xz -o /tmp/zig.tar.xz && rm -rf /usr/local/zig && mkdir -p /usr/local/zig && tar -xJf /tmp/zig.tar.xz -C /usr/local/zig --strip-components=1 && ln -sf /usr/local/zig/zig /usr/local/bin/zig && zig version'

describe('zig', () => {
  it('installs Zig after its Debian packages', () => {
    expect(chainOf(zig().install())).toEqual([
      {
        label: ':zig: apt-base',
        command: 'apt-get update && apt-get install -y curl ca-certificates xz-utils',
        cache: 'ttl 86400',
      },
      { label: ':zig: install', command: INSTALL, cache: 'forever' },
    ])
  })

  it.each([
    ['0.13.0', 'zig-linux-$(uname -m)-0.13.0.tar.xz'],
    ['0.14.0', 'zig-linux-$(uname -m)-0.14.0.tar.xz'],
    ['0.14.1', 'zig-$(uname -m)-linux-0.14.1.tar.xz'],
    ['0.15.0', 'zig-$(uname -m)-linux-0.15.0.tar.xz'],
    ['1.0.0', 'zig-$(uname -m)-linux-1.0.0.tar.xz'],
  ])('names the archive of %s as that release does', (version, archive) => {
    expect(lastOf(zig({ version }).install()).command).toContain(`/${version}/${archive} `)
  })

  it('returns a project if a path is given, otherwise a toolchain for several projects', () => {
    expect(zig({ path: 'lib' })).toBeInstanceOf(ZigProject)
    const toolchain = zig()
    expect(toolchain).toBeInstanceOf(ZigToolchain)
    expect(toolchain.project('a').install()).toBe(toolchain.project('b').install())
    expect(toolchain.project().path).toBe('.')
  })

  it.each([
    ['build', 'cd zig-a && zig build'],
    ['test', 'cd zig-a && zig build test'],
    ['fmt', 'cd zig-a && zig fmt --check .'],
  ] as const)('%s', (action, command) => {
    const step = zig().project('zig-a')[action]()
    expect(lastOf(step)).toEqual({ label: `:zig: zig-a ${action}`, command, cache: 'no', parent: ':zig: install' })
  })

  it('ci returns build, test and fmt; a toolchain’s ci runs them in the project directory', () => {
    const labels = [':zig: . build', ':zig: . test', ':zig: . fmt']
    expect(
      zig({ path: '' })
        .ci()
        .map((step) => step.fields.label),
    ).toEqual(labels)
    expect(
      zig()
        .ci()
        .map((step) => step.fields.label),
    ).toEqual(labels)
  })
})
