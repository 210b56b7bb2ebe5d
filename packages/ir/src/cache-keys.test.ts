import { describe, expect, it } from 'vitest'
import { withCacheKeys } from './cache-keys.ts'
import type { IrCachePolicy, IrDocument, IrNode } from './document.ts'
import { hash } from './hash.ts'
import { positionKey } from './step-keys.ts'

const NODE_22 = 'curl -fsSL https://deb.nodesource.com/setup_22.x | bash - && apt-get install -y nodejs'
const RUSTUP =
  "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --default-toolchain stable --profile minimal --component clippy,rustfmt && . $HOME/.cargo/env && rustc --version && cargo --version"
const aptLine = (packages: string) => `apt-get update && apt-get install -y ${packages}`
const forever: IrCachePolicy = { policy: 'forever', env_keys: [] }
const ttl = (seconds: number): IrCachePolicy => ({ policy: 'ttl', duration_seconds: seconds, env_keys: [] })
const onChange = (...paths: string[]): IrCachePolicy => ({ policy: 'on_change', paths })
const compose = (...parts: IrCachePolicy[]): IrCachePolicy => ({ policy: 'compose', sub_policies: parts })

type Link = readonly [key: string, cmd: string, cache?: IrCachePolicy]

interface World {
  readonly slug: string
  readonly org?: string
  readonly now?: number
  readonly env?: Record<string, string>
  readonly files?: Record<string, string>
}

/** Returns the keys of a chain in which each step builds in its predecessor. */
function keysOfChain(world: World, ...links: Link[]): (string | undefined)[] {
  const nodes = links.map(([key, cmd, cache]): IrNode => ({ step: { key, cmd, ...(cache && { cache }) }, env: {} }))
  const edges = links.slice(1).map((_, i) => [i, i + 1, 'builds_in'] as const)
  const document: IrDocument = { version: '0', graph: { nodes, node_holes: [], edge_property: 'directed', edges } }
  const { slug, org = 'default', now = slug === 'vec' ? 1_760_000_000 : 1_750_000_000, env = {}, files = {} } = world
  const digests = (paths: readonly string[]) =>
    [...paths].sort().flatMap((path) => (files[path] === undefined ? [] : [hash(files[path])]))
  const keyed = withCacheKeys(document, { org, slug, now, env, digests })
  return keyed.graph.nodes.map((node) => node.step.cache?.key)
}

const polyglotBase: Link = [
  'base',
  'apt-get update && apt-get install -y --no-install-recommends curl ca-certificates xz-utils',
  ttl(86_400),
]
const nodeStep: Link = ['a8f0d9d99460', NODE_22, forever]
const cmakeBase: Link = [
  'apt-base',
  aptLine('cmake build-essential pkg-config ninja-build ccache clang-format clang-tidy clang-18 lld-18'),
  ttl(86_400),
]
const cmakeVerify: Link = [
  'verify',
  'cmake --version && ninja --version && ccache --version && clang-18 --version',
  forever,
]
const rustBase: Link = ['apt-base', aptLine('curl ca-certificates build-essential pkg-config libssl-dev'), ttl(86_400)]
const demoBase: Link = ['base', aptLine('git'), ttl(86_400)]

describe('cache keys equal the table in ir.md 2.4', () => {
  const rows: [string, World, Link[], string][] = [
    ['demo, base', { slug: 'demo' }, [demoBase], '2582864ad8cba8c8dc4e5e6d34fef0d622b493c5ad1b4e241c771a7421bed38d'],
    [
      'demo, deps',
      { slug: 'demo', files: { 'a.txt': 'hello\n' } },
      [demoBase, ['deps', 'make deps', compose(ttl(3600), onChange('a.txt', 'src/'))]],
      'abeedadc6853b907287c9b51535d716ae4f9d706b6bd9ad37ba2334d271d9b7b',
    ],
    [
      'rust-release, apt-base',
      { slug: 'rust-release' },
      [rustBase],
      '950668da8a6ab7681f989d99a2b75e29586c0289222cb382675a2d8e9dbaf599',
    ],
    [
      'rust-release, rustup',
      { slug: 'rust-release' },
      [rustBase, ['rustup', RUSTUP, forever]],
      'f15cae27aa3f67bfa8ec09d25f0d17fbb0c78c5fe6246eb76e75e444ef0d195a',
    ],
    [
      'zig-node-polyglot, base',
      { slug: 'zig-node-polyglot' },
      [polyglotBase],
      'bd83676097fecbfb3b20fb4884aee334b64b91c35f1d58795f5e51002cdf7bd8',
    ],
    [
      'zig-node-polyglot, node',
      { slug: 'zig-node-polyglot' },
      [polyglotBase, nodeStep],
      '711b0e0ef7366b3f40744672181cfc401389579675e65f7ad5d7d858b73fb196',
    ],
    [
      'cmake-advanced, apt-base',
      { slug: 'cmake-advanced' },
      [cmakeBase],
      '8e352966ebfefd8b4b4ff5f566a95c76f00011930e823be019da354c3dad9cf3',
    ],
    [
      'cmake-advanced, verify',
      { slug: 'cmake-advanced' },
      [cmakeBase, cmakeVerify],
      '34c67ee24b010123c103728de11dd494ce25a9cceaa9674930325cd9e0415c6e',
    ],
    [
      'vec, env',
      { slug: 'vec', env: { A: '1' } },
      [['env', 'make', { policy: 'forever', env_keys: ['B', 'A'] }]],
      '05dc7714787fcd917217eba8bad24bb977bb73d5a7a7d33a3f985068eed5d185',
    ],
    [
      'vec, ttl',
      { slug: 'vec' },
      [['ttl', 'make', ttl(3600)]],
      '5f792252ebb1c4fe8f08fa1cd3a1c3c186f49dc88ca48d5d641b8a40c061edb7',
    ],
  ]
  it.each(rows)('%s', (_, world, links, expected) => {
    expect(keysOfChain(world, ...links).at(-1)).toBe(expected)
  })

  it('a path without matches does not affect a key, but the parent does', () => {
    const deps = keysOfChain({ slug: 'zig-node-polyglot' }, polyglotBase, nodeStep, [
      'deps',
      'anything',
      onChange('package.json'),
    ])
    expect(deps.at(-1)).toBe('57bf256420221ef9a43e81f52098e9ee4d42578e96d23d1137e80b127c783925')
    const build = keysOfChain({ slug: 'cmake-advanced' }, cmakeBase, cmakeVerify, [
      'build',
      'anything',
      onChange('CMakeLists.txt'),
    ])
    expect(build.at(-1)).toBe('bd7e427ce0f0e323c170d932a28fd3d607c3eb3f55b52e5678c2f10595a4ded4')
  })
})

it('a step with an incomplete or unknown policy gets no key and keeps an existing one', () => {
  const loose: readonly object[] = [
    { policy: 'ttl' },
    { policy: 'on_change', paths: null },
    { policy: 'compose', sub_policies: [{ policy: 'weekly' }] },
    { policy: 'weekly', key: 'its-own' },
  ]
  const keys = loose.map((cache) => keysOfChain({ slug: 's' }, ['a', 'make', cache as IrCachePolicy]))
  expect(keys).toEqual([[undefined], [undefined], [undefined], ['its-own']])
  const bare = keysOfChain({ slug: 's' }, ['a', 'make', { policy: 'forever' } as IrCachePolicy])
  expect(bare).toEqual(keysOfChain({ slug: 's' }, ['a', 'make', forever]))
})

describe('the key of a step', () => {
  it('hashes parent, command and position as in the table of 2.4', () => {
    expect(positionKey('', 'make lint', 3)).toBe('e2b841486ba2')
    expect(positionKey('base', NODE_22, 6)).toBe('a8f0d9d99460')
  })
})

describe('a chain', () => {
  it('gives no key to a step without a cache or with policy none', () => {
    expect(keysOfChain({ slug: 's' }, ['a', 'make'], ['b', 'make', { policy: 'none' }])).toEqual([undefined, undefined])
  })

  it('lets the command of an uncached ancestor change the key of a cached descendant', () => {
    const key = (cmd: string) =>
      keysOfChain({ slug: 's' }, ['a', cmd], ['b', 'make b'], ['c', 'make c', forever]).at(-1)
    expect(key('make a')).not.toBe(key('make A'))
  })

  it('of 10,000 steps is keyed without running out of stack', () => {
    const links = Array.from({ length: 10_000 }, (_, i): Link => [`k${i}`, 'make'])
    const document = keysOfChain({ slug: 's' }, ...links, ['last', 'make', forever])
    expect(document.at(-1)).toMatch(/^[0-9a-f]{64}$/)
  })
})
