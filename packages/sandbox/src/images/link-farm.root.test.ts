import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { farm } from './link-farm.ts'

test.for([
  ['is empty', [], []],
  ['has only hidden files', ['hidden'], []],
  ['has other files too', ['hidden', 'seen'], ['seen']],
] as const)('a folder that %s appears unchanged, like /opt of a new machine', async ([, files, shown]) => {
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

test('files that vanish during the work, such as those that apt removes, are left out', async () => {
  const source = await mkdtemp('/var/tmp/harmont-farm-')
  const roots: string[] = []
  let isOver = false
  const churn = async (lane: number) => {
    for (let nth = 0; !isOver; nth += 1) {
      const file = path.join(source, `tmp.${lane}.${nth}`)
      await writeFile(file, '')
      await rm(file)
    }
  }
  await writeFile(path.join(source, 'stays'), '')
  const churning = [1, 2, 3].map(churn)
  try {
    const reserve = async () => ({ [Symbol.dispose]: () => {} })
    for (let round = 0; round < 40; round += 1) {
      const root = await mkdtemp('/var/tmp/harmont-farm-')
      roots.push(root)
      await mkdir(path.dirname(root + source), { recursive: true })
      await farm({ source, root, hide: new Set(), publicOnly: false, reserve })
      expect(await readdir(root + source)).toContain('stays')
    }
  } finally {
    isOver = true
    await Promise.all(churning)
    for (const each of [source, ...roots]) await rm(each, { recursive: true })
  }
})
