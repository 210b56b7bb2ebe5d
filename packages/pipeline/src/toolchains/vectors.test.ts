import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ttl } from '../cache.ts'
import { sh } from '../commands.ts'
import { resolvePipelineCacheKeys } from '../lowering/resolve-keys.ts'
import { pipeline } from '../pipeline.ts'
import type { Leaves } from '../step.ts'
import { cmake, js, rust, zig } from './index.ts'

let empty = ''
beforeAll(() => {
  empty = mkdtempSync(join(tmpdir(), 'harmont-vectors-'))
  vi.spyOn(process, 'cwd').mockReturnValue(empty)
})
afterAll(() => {
  vi.restoreAllMocks()
  rmSync(empty, { recursive: true })
})

/** Returns a map from step key to cache key, in a project without files. */
function keys(slug: string, leaves: Leaves): Record<string, string | undefined> {
  const { graph } = pipeline([leaves], { env: { CI: 'true' } })
  resolvePipelineCacheKeys(graph, {
    pipelineOrg: 'default',
    pipelineSlug: slug,
    now: 1_750_000_000,
    basePath: empty,
    env: {},
  })
  return Object.fromEntries(graph.nodes.map(({ step }) => [step.key, step.cache?.key]))
}

describe('the rows of ir.md 2.4 with toolchains', () => {
  it('rust-release', () => {
    const release = rust.toolchain()
    expect(
      keys('rust-release', [release.build(), release.test(), release.clippy(), release.fmt(), release.doc()]),
    ).toMatchObject({
      'apt-base': '950668da8a6ab7681f989d99a2b75e29586c0289222cb382675a2d8e9dbaf599',
      rustup: 'f15cae27aa3f67bfa8ec09d25f0d17fbb0c78c5fe6246eb76e75e444ef0d195a',
    })
  })

  it('zig-node-polyglot', () => {
    const base = sh('apt-get update && apt-get install -y --no-install-recommends curl ca-certificates xz-utils', {
      label: ':apt: base',
      cache: ttl(86_400),
      image: 'ubuntu:24.04',
    })
    const toolchain = zig({ base })
    const [a, b] = [toolchain.project('zig-a'), toolchain.project('zig-b')]
    const web = js.project({ path: 'web', base })
    const leaves = [a.build(), a.test(), b.build(), b.test(), web.run('build'), web.run('test'), web.run('lint')]
    expect(keys('zig-node-polyglot', leaves)).toMatchObject({
      base: 'bd83676097fecbfb3b20fb4884aee334b64b91c35f1d58795f5e51002cdf7bd8',
      a8f0d9d99460: '711b0e0ef7366b3f40744672181cfc401389579675e65f7ad5d7d858b73fb196',
      deps: '57bf256420221ef9a43e81f52098e9ee4d42578e96d23d1137e80b127c783925',
    })
  })

  it('cmake-advanced', () => {
    const project = cmake({
      path: '.',
      compiler: 'clang-18',
      defines: { CMAKE_BUILD_TYPE: 'Release', CMAKE_CXX_STANDARD: '20' },
    })
    expect(keys('cmake-advanced', [project.test(), project.lint(), project.fmt()])).toMatchObject({
      'apt-base': '8e352966ebfefd8b4b4ff5f566a95c76f00011930e823be019da354c3dad9cf3',
      verify: '34c67ee24b010123c103728de11dd494ce25a9cceaa9674930325cd9e0415c6e',
      build: 'bd7e427ce0f0e323c170d932a28fd3d607c3eb3f55b52e5678c2f10595a4ded4',
    })
  })
})
