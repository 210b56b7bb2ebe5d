import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { effort, scaled, seed } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { awkwardPlaces } from '../../conformance/awkward.ts'
import { randomSteps } from '../../conformance/random-steps.ts'
import { treeOf } from '../../conformance/tree.ts'
import type { Snapshot } from '../sandbox-driver.ts'
import { carry, formOf, openRunner, type Runner } from './layers.test-support.ts'

/** Each chain takes seconds of processor time, so `npm test` runs single steps only. */
const full = effort >= 5

let root: string
/** One driver runs steps, one receives images, and one receives archives. */
let runners: readonly [Runner, Runner, Runner]
beforeAll(async () => {
  root = await mkdtemp('/var/tmp/harmont-chains-')
  const open = (name: string) => openRunner(join(root, name))
  runners = [await open('here'), await open('images'), await open('archives')]
})
afterAll(async () => {
  for (const runner of runners) await runner.close()
  await rm(root, { recursive: true, force: true })
})

it.skipIf(!full).each(Array.from({ length: scaled(1, 200) }, (_, n) => seed + n))(
  'G04 a chain of random steps is the same as directories, images, fetched images and archives (seed %d)',
  async (each) => {
    const [here, images, archives] = runners
    const made: Snapshot[] = []
    for (const script of randomSteps(each, 2)) {
      // The next step runs on the images of the previous ones.
      for (const { id } of made) expect(await formOf(here, id)).toBe('image')
      const last = made.at(-1)
      const snapshot = await here.bench.step(script, last === undefined ? {} : { from: last.id })
      const seen = (runner: Runner) => treeOf(runner.bench, snapshot.id, awkwardPlaces)
      const digest = (runner: Runner) => runner.driver.snapshots.changedFilesDigest(snapshot.id)
      const [tree, changes] = [await seen(here), await digest(here)]
      expect(await carry(here, images, snapshot.id, 'erofs')).toMatchObject({ form: 'erofs' })
      await carry(images, archives, snapshot.id, 'tar')
      await here.exchange.replaceDirectories()
      made.push(snapshot)
      for (const runner of [here, images, archives]) expect(await seen(runner)).toBe(tree)
      for (const runner of [images, archives]) expect(await digest(runner)).toBe(changes)
    }
    // Removes everything before the next chain.
    for (const { driver } of runners) await driver.snapshots.collect({ keep: new Set(), cacheBytes: 0 })
  },
)
