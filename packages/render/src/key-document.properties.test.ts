import { lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onChange, pipeline, resolvePipelineCacheKeys, sh } from '@harmont/hm'
import { readSourceTree } from '@harmont/source-set'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keyDocument, keysOf } from './key-document.ts'

const name = fc.constantFrom('a', 'b', 'a-b', 'a.c', '.h', 'é', 'ﬀ', '😀', '[x]', '-', 'z z')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
const entry = fc.oneof(
  { weight: 3, arbitrary: fc.record({ path, text: fc.constantFrom('', '1', 'two\0') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      path,
      link: fc.oneof(
        path,
        path.map((to) => `../${to}`),
        fc.constantFrom('.', '..'),
      ),
    }),
  },
)
const wild = fc.oneof(name, fc.constantFrom('*', '**', '?', '*.c', '[a-b]', '[!a]*', '.', '.*'))
const pattern = fc.array(wild, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))

function isFolderOrFree(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true
}

/** Creates the entries; an earlier entry wins over a later one at the same path. */
function makeTree(entries: readonly { path: string; text?: string; link?: string }[]): string {
  const project = mkdtempSync(join(tmpdir(), 'hm-tree-'))
  for (const { path, text, link } of entries) {
    const place = join(project, path)
    const folders = path
      .split('/')
      .slice(0, -1)
      .map((_, i, all) => join(project, ...all.slice(0, i + 1)))
    if (!folders.every(isFolderOrFree)) continue
    if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) continue
    // A link out of the project has another target in a build than on this machine.
    if (link !== undefined && !join('/project', dirname(path), link).startsWith('/project')) continue
    if (link !== undefined && link.split('/').filter((part) => part === '..').length > folders.length) continue
    mkdirSync(dirname(place), { recursive: true })
    if (link === undefined) writeFileSync(place, text ?? '')
    else symlinkSync(link, place)
  }
  return project
}

it('keys over a source set equal the SDK’s keys over the same files on disk', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { maxLength: 12 }),
      fc.array(pattern, { minLength: 1, maxLength: 3 }),
      async (entries, patterns) => {
        const project = makeTree(entries)
        const document = pipeline([sh('make', { key: 'a', cache: onChange(...patterns) })])
        const keys = keysOf({ project, context: null, now: 0, org: 'o', sourceSet: () => readSourceTree(project) })
        const { json } = await keyDocument(document, 'ci', keys)
        resolvePipelineCacheKeys(document.graph, { basePath: project, pipelineOrg: 'o', pipelineSlug: 'ci', now: 0 })
        rmSync(project, { recursive: true })
        expect(json).toBe(JSON.stringify(document))
      },
    ),
    { numRuns: scaled(40) },
  )
})
