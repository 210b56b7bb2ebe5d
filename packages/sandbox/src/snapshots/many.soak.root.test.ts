/** Tests many layers, and many sandboxes at once. */
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { scaled } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Bench } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import { openTestLayout } from '../layout/layout.test-support.ts'
import type { Layout } from '../layout/layout.ts'
import { firstId } from '../privilege/id-ranges.ts'
import { flattenedAs } from './flatten.ts'
import { readSnapshotRecord, type SnapshotRecord, snapshotFiles } from './snapshot-record.ts'
import { plant } from './snapshots.test-support.ts'

let root: string
let layout: Layout
let bench: Bench

beforeAll(async () => {
  root = await mkdtemp('/var/tmp/harmont-many-')
  layout = openTestLayout(join(root, 'driver'))
  bench = await Bench.open(await openDriver(layout.root), 'host', layout.root)
})
afterAll(async () => {
  await bench.destroyAll()
  await bench.driver.close()
  await rm(root, { recursive: true, force: true })
})

/** Adds layers to a snapshot, each with its own file, as if that many steps had run. */
async function buried(id: string, count: number): Promise<SnapshotRecord> {
  const record = readSnapshotRecord(layout, id)
  if (record === undefined) throw new Error(`no record of ${id}`)
  let last = record
  for (let n = 1; n <= count; n++) {
    last = await plant(layout, { parent: last, imageDigest: bench.image.digest })
    const { layer } = snapshotFiles(layout, last.id)
    mkdirSync(join(layer, 'srv'))
    writeFileSync(join(layer, 'srv', `f${n}`), `${n}`)
    for (const path of ['srv', `srv/f${n}`]) chownSync(join(layer, path), firstId, firstId)
  }
  return last
}

it('G04 a chain of more than 100 layers is flattened, and its file system stays intact', async () => {
  const first = await bench.step('echo 0 >n; mkdir tree; touch tree/removed; rm /usr/share/doc/coreutils/copyright')
  let last = (await buried(first.id, 97)).id
  const chain = scaled(4, 110)
  for (let n = 1; n <= chain; n++) {
    const more = n === chain >> 1 ? 'rm tree/removed; mv tree/f1 tree/g1; chown 7:8 tree/g1' : ''
    const script = `test "$(cat n)" = ${n - 1} || exit 9; echo ${n} >n; echo ${n} >tree/f${n}; ${more}`
    const made = await bench.step(script, { from: last })
    // Each snapshot has one layer more than the previous one, until one is flattened.
    expect(flattenedAs(last, layout) !== undefined).toBe(n >= 3 && (n - 3) % 99 === 0)
    last = made.id
  }
  const look = `cat n; ls tree | wc -l; cat tree/g1; stat -c '%u:%g' tree/g1; ls /srv | wc -l; cat /srv/f97; echo
ls tree/removed /usr/share/doc/coreutils/copyright`
  expect(await bench.print(look, { from: last })).toBe(
    `${chain}\n${chain}\n1\n7:8\n97\n97\nls: cannot access 'tree/removed': No such file or directory\nls: cannot access '/usr/share/doc/coreutils/copyright': No such file or directory\n`,
  )
})

it('makes many sandboxes at once', async () => {
  const numbers = Array.from({ length: scaled(12, 100) }, (_, n) => n)
  const outputs = await Promise.all(numbers.map((n) => bench.print(`echo ${n}`, { network: 'egress' })))
  expect(outputs).toEqual(numbers.map((n) => `${n}\n`))
})
