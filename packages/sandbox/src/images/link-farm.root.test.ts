import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { farm } from './link-farm.ts'

test.for([
  ['is empty', [], []],
  ['has only what is hidden', ['hidden'], []],
  ['has something else too', ['hidden', 'seen'], ['seen']],
] as const)('a folder that %s is shown unchanged, like /opt of a new machine', async ([, files, shown]) => {
  const source = await mkdtemp('/var/tmp/harmont-farm-')
  const root = await mkdtemp('/var/tmp/harmont-farm-')
  try {
    for (const file of files) await writeFile(path.join(source, file), file)
    await mkdir(path.dirname(root + source), { recursive: true })
    const reserve = async () => ({ [Symbol.dispose]: () => {} })
    await farm({ source, root, hide: new Set([path.join(source, 'hidden')]), publicOnly: false, reserve })
    expect(await readdir(root + source)).toEqual(shown)
    expect((await stat(root + source)).mode).toBe((await stat(source)).mode)
  } finally {
    for (const each of [source, root]) await rm(each, { recursive: true })
  }
})
