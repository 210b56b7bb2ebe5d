import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { afterAll, expect, test } from 'vitest'
import { Bench } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import { slotsBelow } from '../cgroups/cgroups.ts'
import { findCgroupHome } from '../cgroups/home.ts'
import { openTestLayout } from '../layout/layout.test-support.ts'
import { linksOf } from '../network/links.ts'
import { nft, nftList } from '../network/nft.ts'
import { stage } from '../system/machine.ts'
import { nest } from '../system/nested-tree.test-support.ts'

const root = mkdtempSync('/var/tmp/harmont-leftovers-')
afterAll(() => void execFileSync('rm', ['-rf', root]))

test('G24 leftovers of a killed process do not disturb a process with the same id, such as the first process of a container, and are removed', async () => {
  const directory = join(root, 'driver')
  const layout = openTestLayout(directory)
  const home = findCgroupHome()
  if (home === undefined) throw new Error('no control groups here')
  const left = `${process.pid}-0123abcd`
  mkdirSync(layout.launchers, { recursive: true, mode: 0o700 })
  writeFileSync(join(layout.launchers, `fifo-${process.pid}-0`), '')
  mkdirSync(join(home.unified, `harmont-${layout.tag}`, left, 'payload'), { recursive: true })
  const driver = await openDriver(directory)
  expect(slotsBelow(home.unified, layout.tag)).not.toContain(left)
  const bench = await Bench.open(driver, 'host', directory)
  expect(await bench.print('echo ran')).toBe('ran\n')
  await driver.close()
})

test('G24 files of a step that a killed process was removing are removed, even if nested deeper than a path may be', async () => {
  const directory = join(root, 'nested')
  const { trash } = openTestLayout(directory)
  mkdirSync(join(trash, 'of-a-step'))
  nest(join(trash, 'of-a-step'))
  const driver = await openDriver(directory)
  expect(existsSync(join(trash, 'of-a-step'))).toBe(false)
  await driver.close()
})

test('G24 drivers that start together free the numbers of deleted directories, and each gets its own network', async () => {
  // The highest numbers, which other drivers on this machine use last.
  const tables = [61, 62, 63].map((number) => `harmont_${number}`)
  mkdirSync(join(stage, 'networks'), { recursive: true })
  for (const table of tables) {
    await nft(`add table inet ${table} { comment "of a test"; }\n`)
    writeFileSync(join(stage, 'networks', table.replace(/\D+/, '')), join(root, 'gone'))
  }
  const drivers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => openDriver(join(root, name))))
  expect(drivers.map(({ networkProblems }) => networkProblems)).toEqual(drivers.map(() => []))
  for (const table of tables) expect(await nftList('table', 'inet', table)).toBeUndefined()
  await Promise.all(drivers.map((driver) => driver.close()))
})

test('G24 neither a link nor the rules of a closed driver remain, although its launchers were never used', async () => {
  const directory = join(root, 'closed')
  const layout = openTestLayout(directory)
  const driver = await openDriver(directory)
  const { number } = JSON.parse(readFileSync(layout.network, 'utf8')) as { readonly number: number }
  const bench = await Bench.open(driver, 'host', directory)
  await bench.print('true', { network: 'egress' })
  await bench.destroyAll()
  // The launchers for the next sandboxes.
  const links = await until(
    () => linksOf(number),
    (there) => there.length === 2,
  )
  await driver.close()
  // Another driver may already use the number.
  expect(linksOf(number).filter((link) => links.includes(link))).toEqual([])
  const tables = await nftList<{ readonly table?: { readonly comment?: string } }>('tables')
  expect(tables?.map(({ table }) => table?.comment)).not.toContain(layout.tag)
})

test('a driver that does not prepare ahead starts its helper for the first sandbox', async () => {
  for (const preparesAhead of [true, false]) {
    const directory = join(root, `ahead-${preparesAhead}`)
    const { launchers } = openTestLayout(directory)
    const driver = await openDriver(directory, { preparesAhead })
    expect(existsSync(launchers)).toBe(preparesAhead)
    const bench = await Bench.open(driver, 'host', directory)
    expect(await bench.print('echo ran')).toBe('ran\n')
    await bench.destroyAll()
    await driver.close()
  }
})
