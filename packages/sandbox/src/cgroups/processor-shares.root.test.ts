import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { Bench } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import { readRecord } from '../driver/record.ts'
import { sandboxFiles } from '../layout/layout.ts'
import { makeGroups, removeGroups } from './cgroups.ts'
import { findCgroupHome, type Groups } from './home.ts'
import { ProcessorShares } from './processor-shares.ts'

const home = findCgroupHome()
if (home === undefined) throw new Error('expected control groups')
const tag = randomBytes(4).toString('hex')
const all: readonly Groups[] = await Promise.all(Array.from({ length: 6 }, (_, n) => makeGroups(home, tag, `s${n}`)))
afterAll(() => Promise.all(all.map(removeGroups)))

const isV2 = home.flavour === 'v2'
const whole = isV2 ? 100 : 1024
const weightOf = ({ top, cpu }: Groups): number =>
  Number(readFileSync(isV2 ? join(top, 'cpu.weight') : join(cpu, 'cpu.shares'), 'utf8'))

test('G57 each share weighs as much as any other, whatever sandboxes come and go', () => {
  const changes = fc.array(fc.tuple(fc.nat(5), fc.constantFrom('acme', 'globex', null)), { maxLength: 30 })
  fc.assert(
    fc.property(changes, (steps) => {
      const shares = new ProcessorShares()
      const shareOf = new Map<number, string>()
      for (const n of all.keys()) shares.add(`${n}`, 'acme', groupsAt(n), false)
      for (const n of all.keys()) shares.remove(`${n}`)
      for (const [n, share] of steps) {
        shares.remove(`${n}`)
        shareOf.delete(n)
        if (share === null) continue
        shares.add(`${n}`, share, groupsAt(n), false)
        shareOf.set(n, share)
        const members = [...shareOf.keys()].map((each) => [shareOf.get(each), weightOf(groupsAt(each))] as const)
        const weights = Object.values(Object.groupBy(members, ([of]) => of ?? '')).map((each = []) =>
          each.map(([, weight]) => weight),
        )
        if (weights.length === 1) expect(new Set(weights[0])).toEqual(new Set([whole]))
        else for (const each of weights) expect(Math.abs(sum(each) - whole)).toBeLessThanOrEqual(each.length)
      }
    }),
    { numRuns: 20 },
  )
})

test('G57 the running commands of a share divide its weight, also after a restart', async () => {
  const directory = mkdtempSync('/var/tmp/harmont-shares-')
  const weights = (ids: readonly string[]) =>
    ids.map((id) => {
      const record = readRecord(sandboxFiles(join(directory, 'sandboxes'), id).record)
      return record && Math.round((12 * weightOf(record.groups)) / whole)
    })
  try {
    const first = await openDriver(directory)
    const bench = await Bench.open(first, 'host', directory)
    const start = async (at: Bench, id: string, share: string) => at.start('exec sleep 1000', { id, share })
    for (const [id, share] of [
      ['a1', 'acme'],
      ['a2', 'acme'],
      ['g1', 'globex'],
    ] as const)
      await start(bench, id, share)
    expect(weights(['a1', 'a2', 'g1'])).toEqual([6, 6, 12])
    await first.close()

    const second = await openDriver(directory)
    const adopted = await Promise.all((await second.list()).map((handle) => second.adopt(handle)))
    expect(adopted).not.toContain(undefined)
    const { sandbox } = await start(await Bench.open(second, 'host', directory), 'a3', 'acme')
    expect(weights(['a1', 'a2', 'a3', 'g1'])).toEqual([4, 4, 4, 12])
    await adopted.find((each) => each?.handle.id === 'g1')?.destroy()
    expect(weights(['a1', 'a2', 'a3'])).toEqual([12, 12, 12])
    for (const each of [sandbox, ...adopted]) await each?.destroy()
    await second.close()
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

function groupsAt(n: number): Groups {
  const groups = all[n]
  if (groups === undefined) throw new Error(`no groups ${n}`)
  return groups
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
