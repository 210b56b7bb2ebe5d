import { effort } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RuntimeName } from '../../src/launch/runtimes/index.ts'
import type { Abuse } from './abuse.ts'
import { abuses } from './abuses.ts'
import { Stage } from './stage.ts'
import { suffer, unstopped } from './suffer.ts'

/** In soak, large abuses run one at a time; otherwise, six small ones run at once. */
const full = effort >= 5
const timeout = 600_000

/**
 * gVisor runs in soak only: small abuses only meet the limits that gVisor's own suite tests, and
 * its kernel's objects are ordinary memory of a program.
 */
const runtimes: readonly RuntimeName[] = full ? ['crun', 'runsc'] : ['crun']

describe.each(runtimes)('abuses under %s', { timeout }, (runtime) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.open(runtime, false)
  })
  afterAll(() => stage.close())

  it.each(together(abuses))('G22 G57 harms only its own job, and its neighbour passes: %s', async (_, group) => {
    const { ends } = await suffer(stage, group, full)
    for (const [index, { name, end, control }] of group.entries()) {
      // gVisor's kernel may refuse an abuse that a limit ends under crun, or charge memory for one
      // that is refused under crun. Large abuses may reach their memory limit.
      const expected = end !== 'borne' ? [end] : full ? ['done', 'memory'] : ['done']
      if (runtime === 'crun') expect([name, expected]).toEqual([name, expect.arrayContaining([ends[index]])])
      else if (typeof control === 'object') expect([name, ends[index]]).not.toEqual([name, 'done'])
    }
  })

  if (runtime === 'crun')
    it.each(together(abuses.filter(({ control }) => control !== undefined)))(
      'control: not stopped without its limit: %s',
      async (_, group) => {
        const ends = await Promise.all(group.map((abuse) => unstopped(stage, abuse)))
        expect(group.map(({ name }, index) => [name, ends[index]])).toEqual(group.map(({ name }) => [name, 'done']))
      },
    )
})

/**
 * Groups of abuses that end alike: some wait for a disk check, others use the processor until they
 * are destroyed.
 */
function together(all: readonly Abuse[]): readonly [string, readonly Abuse[]][] {
  const size = full ? 1 : 6
  const alike = all.toSorted((a, b) => a.end.localeCompare(b.end))
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => {
    const group = alike.slice(i * size, (i + 1) * size)
    return [group.map(({ name }) => name).join('; '), group]
  })
}
