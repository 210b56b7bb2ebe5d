import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packed, requestFor } from './archive.test-support.ts'
import { syncWorkspace, unpackSource } from './index.ts'

type Files = ReadonlyMap<string, string>

/** Paths over a small alphabet, so that files and folders often have the same name. */
const filePath = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'))
const files = fc.array(fc.tuple(filePath, fc.constantFrom('1', '2', '3')), { maxLength: 8 }).map(withoutClashes)

/** Removes files below other files. */
function withoutClashes(pairs: readonly (readonly [string, string])[]): Files {
  const kept = new Map<string, string>()
  for (const [name, content] of pairs) {
    const clash = [...kept.keys()].some((other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`))
    if (!clash) kept.set(name, content)
  }
  return kept
}

/**
 * Returns the files after a step's write, which replaces files in its way, like `rm -rf` and `mkdir
 * -p`.
 */
function written(before: Files, name: string, content: string): Files {
  const clashes = (other: string) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`)
  return new Map([...[...before].filter(([other]) => !clashes(other)), [name, content]])
}

/**
 * Returns what a workspace must contain after a sync, given its earlier content and the two trees.
 */
function model(workspace: Files, previous: Files, next: Files): Files {
  let result: Files = new Map([...workspace].filter(([name]) => next.has(name) || !previous.has(name)))
  for (const [name, content] of next) result = written(result, name, content)
  return result
}

function contentOf(folder: string, prefix = ''): [string, string][] {
  return readdirSync(folder).flatMap((name): [string, string][] => {
    const place = path.join(folder, name)
    if (lstatSync(place).isDirectory()) return contentOf(place, `${prefix}${name}/`)
    return [[prefix + name, readFileSync(place, 'utf8')]]
  })
}

it('any two trees with any changes by steps in between match the model', async () => {
  const home = await mkdtemp('/var/tmp/harmont-model-')
  const workspace = path.join(home, 'workspace')
  const treeOf = (each: Files) => {
    const entries = [...each].map(([name, content]) => ({ name, content }))
    return unpackSource(requestFor(path.join(home, 'store'), packed(entries)))
  }
  const sync = async (tree: Files, previous: Files | null) =>
    syncWorkspace({
      tree: await treeOf(tree),
      previous: previous === null ? null : await treeOf(previous),
      workspace,
      owner: { uid: 0, gid: 0 },
      now: new Date(),
    })
  try {
    await fc.assert(
      fc.asyncProperty(
        files,
        files,
        fc.array(fc.tuple(filePath, fc.constantFrom('s', undefined)), { maxLength: 5 }),
        async (one, two, steps) => {
          await rm(workspace, { recursive: true, force: true })
          await mkdir(workspace)
          await sync(one, null)
          let expected: Files = one
          for (const [name, content] of steps) {
            for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) await removeFile(name.slice(0, at))
            await rm(path.join(workspace, name), { recursive: true, force: true })
            expected = new Map(
              [...expected].filter(
                ([other]) => other !== name && !other.startsWith(`${name}/`) && !name.startsWith(`${other}/`),
              ),
            )
            if (content === undefined) continue
            await mkdir(path.dirname(path.join(workspace, name)), { recursive: true })
            await writeFile(path.join(workspace, name), content)
            expected = written(expected, name, content)
          }
          await sync(two, one)
          const same = JSON.stringify([...one].sort()) === JSON.stringify([...two].sort())
          const wanted = same ? expected : model(expected, one, two)
          expect(contentOf(workspace).sort()).toEqual([...wanted].sort())
        },
      ),
      { numRuns: scaled(30) },
    )
  } finally {
    await rm(home, { recursive: true, force: true })
  }

  async function removeFile(name: string): Promise<void> {
    const stats = lstatSync(path.join(workspace, name), { throwIfNoEntry: false })
    if (stats?.isFile()) await rm(path.join(workspace, name))
  }
})
