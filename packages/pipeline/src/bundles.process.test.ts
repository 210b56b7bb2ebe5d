/**
 * The published SDK: each entry is one bundle. The two work together, as do two installed copies.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'

let directory = ''
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hm-bundles-'))
  const entryPoints = { sdk: 'index.ts', second: 'index.ts', toolchains: 'toolchains/index.ts' }
  for (const [name, entry] of Object.entries(entryPoints)) {
    await build({
      entryPoints: [join(import.meta.dirname, entry)],
      outfile: join(directory, `${name}.mjs`),
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
    })
  }
})
afterAll(() => rmSync(directory, { recursive: true }))

function run(program: string): unknown {
  const text = `
    import * as sdk from './sdk.mjs'
    import * as second from './second.mjs'
    import { go } from './toolchains.mjs'
    ${program}`
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', text], { cwd: directory, encoding: 'utf8' }),
  )
}

it('a toolchain of one bundle is a leaf, a base and a dependency in another', () => {
  const labels = run(`
    const base = sdk.sh('make base', { label: 'base' })
    const project = go({ base })
    const last = second.sh('make', { label: 'last', dependsOn: [project, base] })
    const { nodes, edges } = sdk.pipeline([project, second.wait(), last]).graph
    console.log(JSON.stringify([nodes.map(({ step }) => step.label), edges.length]))`)
  expect(labels).toEqual([['base', ':go: install', ':go: build', ':go: test', ':go: vet', ':go: fmt', 'last'], 11])
})

it('all bundles share cells, targets and their cache', () => {
  const told = run(`
    let calls = 0
    const base = second.target('base', () => { calls++; return second.sh('base', { label: 'base' }) })
    const leaves = sdk.matrix({ n: [1, 2] }, () => [go({ base: base() }).test(), base().sh('x', { label: 'x' })])
    const labels = sdk.pipeline(leaves).graph.nodes.map(({ step }) => step.label)
    sdk.clearTargetCache()
    base()
    console.log(JSON.stringify({ calls, labels }))`)
  expect(told).toEqual({
    calls: 2,
    labels: [
      ...['base', ':go: install (n=1)', ':go: test (n=1)', 'x (n=1)'],
      ...[':go: install (n=2)', ':go: test (n=2)', 'x (n=2)'],
    ],
  })
})
