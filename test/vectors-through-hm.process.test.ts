/**
 * Tests golden vectors with the code of `hm` and the server: keys over the source set, and some
 * pipelines through the rendering child processes. `vectors.process.test.ts` tests the SDKs against
 * all vectors.
 */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type IrCachePolicy, type IrDocument, withCacheKeys } from '@harmont/ir'
import { sharedCompiled } from '@harmont/outside/shared-compiled'
import { renderPipeline } from '@harmont/render'
import { readSourceSet, sourceDigests } from '@harmont/source-set'
import { afterAll, describe, expect, test } from 'vitest'
import { makeVectors } from './golden/vectors.ts'

const root = mkdtempSync(join(tmpdir(), 'hm-vectors-'))
afterAll(() => rmSync(root, { recursive: true }))
const vectors = makeVectors(root)

function watched(policy: IrCachePolicy | undefined): (readonly string[])[] {
  if (policy?.policy === 'compose') return policy.sub_policies.flatMap(watched)
  return policy?.policy === 'on_change' ? [policy.paths] : []
}

describe('keys over the source set', () => {
  // A source set has no empty directories.
  const reading = vectors.filter(
    ({ name, expected }) => expected.includes('"on_change"') && name !== 'files-empty-directories',
  )
  test.each(reading)('$name', async ({ expected, project, context }) => {
    const document: IrDocument = JSON.parse(expected)
    const digests = sourceDigests(await readSourceSet(project))
    const found = new Map<readonly string[], readonly string[]>()
    for (const { step } of document.graph.nodes)
      for (const paths of watched(step.cache)) found.set(paths, await digests.of(paths))
    const keyed = withCacheKeys(document, { ...context, digests: (paths) => found.get(paths) ?? [] })
    expect(JSON.stringify(keyed)).toBe(expected)
  })
})

describe.each(['ts', 'py'])('through a child, from pipeline.%s', (language) => {
  const names = ['table-demo', 'table-acme-mix', 'env-keys-order', 'context', 'target-once', 'js-pnpm-pinned', 'matrix']
  test.each(vectors.filter(({ name }) => names.includes(name)))(
    '$name',
    async ({ name, directory, project, context, expected }) => {
      const own = join(root, `${name}.${language}`)
      cpSync(project, own, { recursive: true })
      mkdirSync(join(own, '.hm'))
      copyFileSync(join(directory, `pipeline.${language}`), join(own, '.hm', `pipeline.${language}`))
      const rendered = await renderPipeline({
        project: own,
        cacheDirectory: sharedCompiled,
        slug: context.slug,
        context: null,
        env: { ...process.env, ...context.env },
        org: context.org,
        now: context.now,
        sourceSet: () => readSourceSet(own),
      })
      if (!rendered.ok) throw new Error(rendered.message)
      expect(rendered.json).toBe(expected)
    },
  )
})
